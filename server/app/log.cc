#include "server/app/log.h"

#include <unistd.h>

#include <chrono>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/time.h"
#include "proto/compat.h"
#include "server/rpc/token_bucket.h"

namespace holdfast::server {
namespace {

absl::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info ";
    case LogLevel::kWarning:
      return "warn ";
    case LogLevel::kError:
      return "error";
  }
  return "";
}

// gRPC complains of each handshake that fails, so that strangers could fill a disk with its lines.
class GrpcComplaints {
 public:
  void Tell(absl::string_view text) {
    std::lock_guard lock(mutex_);
    if (bucket_.Refill(kPerSecond, kAtOnce, clock_.Now().mono) < 1) {
      ++dropped_;
      return;
    }
    bucket_.Take();
    if (dropped_ > 0) Log(LogLevel::kWarning, absl::StrCat("grpc: ", dropped_, " more that are not shown"));
    dropped_ = 0;
    Log(LogLevel::kWarning, absl::StrCat("grpc: ", text));
  }

 private:
  static constexpr double kPerSecond = 0.2;
  static constexpr double kAtOnce = 20;
  const SystemClock clock_;
  std::mutex mutex_;  // guards what follows
  TokenBucket bucket_;
  int64_t dropped_ = 0;
};

}  // namespace

void Log(LogLevel level, absl::string_view text) {
  const int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  const std::string line =
      absl::StrCat(FormatUtc(now), " ", Name(level), " ", absl::StrReplaceAll(text, {{"\n", " "}}), "\n");
  // One write, so that lines of two threads do not mix. There is nowhere to complain to if it fails.
  [[maybe_unused]] const ssize_t n = write(STDERR_FILENO, line.data(), line.size());
}

void RouteGrpcLog() {
  compat::SendGrpcErrorsTo([](absl::string_view text) {
    static GrpcComplaints complaints;
    complaints.Tell(text);
  });
}

void SilenceGrpcLog() {
  compat::SendGrpcErrorsTo(nullptr);
}

}  // namespace holdfast::server
