// The connections that a listener has given to gRPC, and what its Gate makes of them. gRPC owns their
// descriptors and does not say when it closes one: that is seen from outside, because the number then names
// nothing, or another file. Nothing is held open for it: a second descriptor would keep a closed socket in
// gRPC's poll set. Thread-safe.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <mutex>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "base/time.h"
#include "server/rpc/gate.h"

namespace holdfast::server {

class Connections {
 public:
  // The clock must outlive it.
  Connections(const GateLimits& limits, const Clock& clock) : clock_(clock), gate_(limits) {}

  // Of a socket just accepted, before anybody else has it. Nothing: let it in.
  std::optional<Refusal> Admit(int fd, const sockaddr_storage& peer);
  // A call from `peer` ("10.0.0.1:4711", as PeerAddress gives it) proved to be of `identity`. Any thread.
  void Vouch(const std::string& peer, const std::string& identity);
  // Forgets what gRPC has closed and ends strangers that stay too long.
  void Sweep();
  GateReport TakeReport();

 private:
  struct Socket {
    int fd;
    dev_t device;
    ino_t inode;
    std::string peer;
  };
  static bool IsStill(int fd, const Socket& socket);
  void ForgetClosed();
  void End(const Socket& socket) const;

  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  Gate gate_;
  Gate::Id last_ = 0;
  absl::flat_hash_map<Gate::Id, Socket> sockets_;
  absl::flat_hash_map<std::string, Gate::Id> by_peer_;
  MonoTime looked_;  // when ForgetClosed last ran
};

}  // namespace holdfast::server
