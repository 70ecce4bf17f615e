// A socket whose every call ends by a deadline. Blocks: only for the threads of ProbeWorkers.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/policy/surroundings.h"

namespace holdfast::platform {

// A moment by which a call ends.
class Deadline {
 public:
  static Deadline In(absl::Duration left);
  // For poll(2): milliseconds left, rounded up; 0 when it has passed.
  int Milliseconds() const;
  bool passed() const { return Milliseconds() == 0; }
  // Whichever comes first.
  Deadline OrIn(absl::Duration left) const { return Deadline(std::min(at_, In(left).at_)); }

 private:
  explicit Deadline(std::chrono::steady_clock::time_point at) : at_(at) {}
  std::chrono::steady_clock::time_point at_;
};

// How a connection leaves the machine.
struct Way {
  // By this interface and past every IPsec policy: outside all tunnels. Empty: as routes and policies say.
  std::string interface_name;
};

class Connection {
 public:
  // Over TCP, to the first of the host's addresses that accepts. DEADLINE_EXCEEDED, UNAVAILABLE with the
  // system's words, PERMISSION_DENIED when it may not leave by that way.
  static absl::StatusOr<Connection> Open(const Endpoint& to, const Way& way, const Deadline& deadline);
  // A UDP socket that hears only that address.
  static absl::StatusOr<Connection> OpenUdp(const Endpoint& to, const Deadline& deadline);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;

  int fd() const { return fd_; }
  // OK once poll(2) reports one of `events`.
  absl::Status Await(short events, const Deadline& deadline) const;
  absl::Status Write(absl::string_view bytes, const Deadline& deadline) const;
  // What has arrived, at most `most` bytes; empty at the end of the stream.
  absl::StatusOr<std::string> Read(size_t most, const Deadline& deadline) const;

 private:
  explicit Connection(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace holdfast::platform
