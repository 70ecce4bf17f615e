// Takes connections in gRPC's place: gRPC has no limit before the TLS handshake, and its own listener dies
// when descriptors run out. A refused connection is reset before a byte of it is read.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/poll_executor.h"
#include "server/rpc/connections.h"
#include "server/rpc/listen_sockets.h"

namespace holdfast::server {

class Acceptor {
 public:
  // Gets each connection that was let in, and its descriptor to own. Called on the acceptor's thread.
  using HandOver = std::function<void(int listen_fd, int fd)>;
  // A line for the log, at most one in ten seconds and one at the end. Called on the acceptor's thread, or by
  // Stop; optional.
  using Told = std::function<void(const std::string&)>;

  // `name` is whose listener it is, for the log. Connections and the clock must outlive it.
  Acceptor(std::string name, ListenSockets sockets, Connections& connections, const Clock& clock,
           HandOver hand_over, Told told);
  ~Acceptor() { Stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  uint16_t port() const { return sockets_.port(); }
  // Closes the listening sockets; nothing is handed over after it returns. Idempotent.
  void Stop();

 private:
  void Listen();
  void Accept(int listen_fd);
  bool AcceptOne(int listen_fd);
  bool CannotAccept(int listen_fd, int error);
  void Rest();
  void Every(absl::Duration interval, const std::function<void()>& work);
  void Report();

  const std::string name_;
  ListenSockets sockets_;
  Connections& connections_;
  const Clock& clock_;
  const HandOver hand_over_;
  const Told told_;
  int spare_;  // a descriptor to give up when there is none left
  std::string trouble_;
  PollExecutor executor_;
  std::thread thread_;
};

// What a log says of a report in which something was refused or ended: "refused 12 agents' connections ...".
std::string RefusalText(const std::string& name, const GateReport& report);

}  // namespace holdfast::server
