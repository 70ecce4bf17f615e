// Who may come in: a token bucket, a cap on calls in flight and on their bytes, per method. It is asked once
// the peer is known to be ours, so that strangers cannot use the fleet's share up, and before a request is
// even translated, so that a herd costs no database work. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "server/rpc/token_bucket.h"

namespace holdfast::server {

enum class AgentMethod : uint8_t { kEnroll, kSync, kWatch, kRenew };
inline constexpr int kAgentMethodCount = 4;

struct MethodLimits {
  double per_second = 0;
  double burst = 0;
  int in_flight = 0;
  int64_t bytes_in_flight = 0;
};

// Sized for two cores and 10,000 Macs; enrollment is far below sync, so that a roll-out never starves the
// fleet.
struct AdmissionLimits {
  std::array<MethodLimits, kAgentMethodCount> methods = {{
      {.per_second = 20, .burst = 200, .in_flight = 64, .bytes_in_flight = int64_t{8} << 20},
      {.per_second = 4'000, .burst = 8'000, .in_flight = 2'000, .bytes_in_flight = int64_t{256} << 20},
      {.per_second = 400, .burst = 4'000, .in_flight = 20'000, .bytes_in_flight = int64_t{8} << 20},
      {.per_second = 50, .burst = 500, .in_flight = 64, .bytes_in_flight = int64_t{8} << 20},
  }};
};

class Admission {
 public:
  explicit Admission(const AdmissionLimits& limits);

  // Held while a call is in flight. Must not outlive the Admission.
  class Ticket {
   public:
    Ticket(Admission* admission, AgentMethod method, int64_t bytes)
        : admission_(admission), method_(method), bytes_(bytes) {}
    ~Ticket() { admission_->Leave(method_, bytes_); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

   private:
    Admission* admission_;
    AgentMethod method_;
    int64_t bytes_;
  };

  // Whether a call of the method was turned away since the last time this was asked.
  bool TurnedAway(AgentMethod method);

  // RESOURCE_EXHAUSTED (rate) or UNAVAILABLE (in flight), both ErrorReason::kThrottled with a retry-after.
  absl::StatusOr<std::shared_ptr<Ticket>> Enter(AgentMethod method, int64_t bytes, MonoTime now);

 private:
  struct Bucket {
    TokenBucket tokens;
    int in_flight = 0;
    int64_t bytes = 0;
    bool turned_away = false;
  };
  void Leave(AgentMethod method, int64_t bytes);

  const AdmissionLimits limits_;
  std::mutex mutex_;  // guards what follows
  std::array<Bucket, kAgentMethodCount> buckets_;
};

}  // namespace holdfast::server
