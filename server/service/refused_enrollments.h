// The audit of enrollments that were refused. Anyone who reaches the port may be refused any number of times:
// what is alike is one entry a minute with a count, and of what differs only so much in a minute. A server
// that stops forgets what it has counted since the last entry.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "server/service/context.h"

namespace holdfast::server {

struct RefusedEnrollment {
  std::string source;    // peer address, with or without a port
  std::string token_id;  // empty: the token is not one of this server's
  std::string group;     // of that token
  std::string reason;    // as devices are told it
  std::string why;       // for admins: may say more than the device is told, never the secret
  std::string target;    // "device:UUID" of the enrolled device that it collides with, else "serial:SERIAL"
  std::string serial;
};

class RefusedEnrollments {
 public:
  static constexpr absl::Duration kOneEntryEvery = absl::Minutes(1);
  // Kinds of refusal that have entries of their own; the others of the same minute share one more.
  static constexpr size_t kKinds = 20;

  explicit RefusedEnrollments(Context& context) : context_(context) {}

  // The first of its kind is written; what follows within a minute is counted. Inside a transaction.
  absl::Status Note(const RefusedEnrollment& refused);
  // In the tick, not inside a transaction: writes what was counted and is a minute old.
  absl::Status WriteCounts();

 private:
  using Kind = std::tuple<std::string, std::string, std::string>;  // host, token id, reason
  struct Counted {
    ServerTime since;  // of the last entry
    int64_t more = 0;  // since then
    RefusedEnrollment last;
  };
  absl::Status Write(const RefusedEnrollment& refused, const std::string& count);

  Context& context_;
  std::map<Kind, Counted> kinds_;  // and one without a name, of all beyond kKinds
};

}  // namespace holdfast::server
