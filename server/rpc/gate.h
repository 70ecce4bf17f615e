// Which connections a listener takes, decided before a byte of them is read. A connection is a stranger's
// until a call on it was authenticated: strangers are few at a time, in total and from one source, and for a
// short while; who is known counts against the total only, so that a whole fleet may stand behind one
// address. Pure: it is told what happens and when. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/rpc/token_bucket.h"

namespace holdfast::server {

// 16 bytes as in IPv6; an IPv4 address is mapped (::ffff:a.b.c.d).
using AddressBytes = std::array<uint8_t, 16>;

// What limits count as one place: an IPv4 address, or the /64 of an IPv6 address, since a host gets a whole
// one.
class Source {
 public:
  explicit Source(const AddressBytes& address);
  std::string ToString() const;  // "192.0.2.1", "2001:db8::/64"
  friend auto operator<=>(const Source&, const Source&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Source& s) {
    return H::combine(std::move(h), s.bytes_);
  }

 private:
  bool IsIpv4() const;
  AddressBytes bytes_;
};

struct GateLimits {
  int open = 16'000;          // connections at a time, each about 110 KB; two cores serve 10,000 Macs
  int strangers = 4'000;      // of them: handshakes of 10 s on two cores
  double per_second = 1'000;  // new ones; two seconds' worth at once after a pause
  // Of strangers and of new ones a second, how much one source may take. 100 where a balancer hides
  // addresses.
  int source_percent = 50;
  int per_identity = 16;  // known connections of one device or admin; more stay strangers
  absl::Duration stranger_age = absl::Minutes(1);
};

enum class Refusal : uint8_t { kOpen, kStrangers, kSourceStrangers, kRate, kSourceRate };
inline constexpr int kRefusalCount = 5;

// Since the report before.
struct GateReport {
  std::array<int64_t, kRefusalCount> refused{};
  int64_t overstayed = 0;
  std::optional<Source> busiest;  // that most were refused of, for reasons of its own
  int64_t busiest_refused = 0;
  int open = 0;       // now
  int strangers = 0;  // now
  int64_t Refused() const;
};

class Gate {
 public:
  using Id = uint64_t;
  explicit Gate(const GateLimits& limits) : limits_(limits) {}

  // One from there would be refused because of how many there are: time to see which of them have Ended.
  bool Crowded(const Source& source) const;
  // Nothing: it is in, until Ended. A refused one leaves no trace but a count.
  std::optional<Refusal> Admit(Id id, const Source& source, MonoTime now);
  // A call of `identity` was authenticated on it.
  void Vouch(Id id, const std::string& identity);
  void Ended(Id id);
  // Strangers whose time is up, each named once; they count until they have Ended.
  std::vector<Id> Overstayed(MonoTime now);
  GateReport TakeReport(MonoTime now);

  int open() const { return static_cast<int>(connections_.size()); }
  int strangers() const { return strangers_; }
  size_t sources() const { return sources_.size(); }  // that it remembers: bounded by what was let in lately

 private:
  struct Connection {
    Source source;
    MonoTime since;
    std::string identity;  // empty: a stranger's
  };
  struct PerSource {
    TokenBucket bucket;
    int strangers = 0;
    int64_t refused = 0;
  };
  std::optional<Refusal> Judge(const Source& source, MonoTime now);
  std::optional<Refusal> JudgeSource(PerSource& source, MonoTime now) const;
  int SourceStrangers() const;
  void NoStrangerAnyMore(const Source& source);
  double SourceRate() const;
  double SourceBurst() const;

  const GateLimits limits_;
  absl::flat_hash_map<Id, Connection> connections_;
  absl::flat_hash_map<std::string, int> identities_;
  std::map<Source, PerSource> sources_;
  std::set<std::pair<MonoTime, Id>> waiting_;  // strangers by age that were not named yet
  TokenBucket bucket_;
  int strangers_ = 0;
  GateReport report_;
};

}  // namespace holdfast::server
