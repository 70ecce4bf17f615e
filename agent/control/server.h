// The daemon's end of the local socket. Serves a bounded number of clients, one request at a time each; a
// client that sends nothing, half a message or does not read what it asked for is cut off and holds nobody
// else up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/control/delegate.h"
#include "agent/control/rights.h"
#include "agent/control/socket_file.h"
#include "base/poll_executor.h"

namespace holdfast::control {

struct ServerOptions {
  std::string socket_path;
  size_t max_clients = 32;                           // of these, the last few are kept for root
  size_t max_clients_of_user = 8;                    // per uid; root is not limited
  absl::Duration idle = absl::Seconds(30);           // until a whole request is there
  absl::Duration answer_within = absl::Seconds(60);  // of an action
  absl::Duration drain_within = absl::Seconds(10);   // until a client has read its answer
  std::function<absl::StatusOr<Peer>(int)> peer_of = PeerOf;
};

class Connection;

// All methods on the executor's thread (or before it runs).
class ControlServer {
 public:
  // Everything passed outlives the server.
  static absl::StatusOr<std::unique_ptr<ControlServer>> Listen(PollExecutor& executor, const Clock& clock,
                                                               Delegate& delegate, ServerOptions options);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  size_t clients() const { return connections_.size(); }

 private:
  ControlServer(PollExecutor& executor, const Clock& clock, Delegate& delegate, ServerOptions options,
                SocketFile socket);
  void WatchListener();
  void Accept();
  void PauseAccepting();
  absl::Status Admit(const Peer& peer) const;
  void Serve(int fd);

  PollExecutor& executor_;
  const Clock& clock_;
  Delegate& delegate_;
  const ServerOptions options_;
  SocketFile socket_;
  TimerId resume_ = 0;
  uint64_t last_id_ = 0;
  std::map<uint64_t, std::unique_ptr<Connection>> connections_;
};

}  // namespace holdfast::control
