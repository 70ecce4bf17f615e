#include "agent/control/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "agent/control/connection.h"
#include "agent/control/frame.h"
#include "agent/control/handler.h"
#include "base/error.h"
#include "base/unix_socket.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

namespace holdfast::control {
namespace {

constexpr size_t kKeptForRoot = 4;
constexpr absl::Duration kAcceptPause = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Listen(PollExecutor& executor,
                                                                     const Clock& clock, Delegate& delegate,
                                                                     ServerOptions options) {
  HOLDFAST_ASSIGN_OR_RETURN(SocketFile socket, SocketFile::Listen(options.socket_path));
  std::unique_ptr<ControlServer> server(
      new ControlServer(executor, clock, delegate, std::move(options), std::move(socket)));
  server->WatchListener();
  return server;
}

ControlServer::ControlServer(PollExecutor& executor, const Clock& clock, Delegate& delegate,
                             ServerOptions options, SocketFile socket)
    : executor_(executor),
      clock_(clock),
      delegate_(delegate),
      options_(std::move(options)),
      socket_(std::move(socket)) {}

ControlServer::~ControlServer() {
  executor_.Unwatch(socket_.fd());
  executor_.Cancel(resume_);
}

void ControlServer::WatchListener() {
  executor_.Watch(socket_.fd(), POLLIN, [this](short) { Accept(); });
}

void ControlServer::Accept() {
  const int fd = accept(socket_.fd(), nullptr, nullptr);
  if (fd >= 0) {
    Prepare(fd);
    return Serve(fd);
  }
  // Out of descriptors: the connection stays in the queue, and poll would report it without end.
  if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) PauseAccepting();
}

void ControlServer::PauseAccepting() {
  executor_.Unwatch(socket_.fd());
  resume_ = executor_.PostAt(clock_.Now().mono + kAcceptPause, [this] { WatchListener(); });
}

absl::Status ControlServer::Admit(const Peer& peer) const {
  const auto of_user = std::count_if(connections_.begin(), connections_.end(), [&peer](const auto& entry) {
    return entry.second->peer().uid == peer.uid;
  });
  const size_t kept = peer.uid == 0 ? 0 : std::min(kKeptForRoot, options_.max_clients / 2);
  if (connections_.size() + kept >= options_.max_clients) {
    return absl::ResourceExhaustedError("the daemon serves as many clients as it may; try again in a moment");
  }
  if (peer.uid != 0 && static_cast<size_t>(of_user) >= options_.max_clients_of_user) {
    return absl::ResourceExhaustedError(
        absl::StrCat("uid ", peer.uid, " has ", of_user, " connections to the daemon already; close some"));
  }
  return absl::OkStatus();
}

void ControlServer::Serve(int fd) {
  const absl::StatusOr<Peer> peer = options_.peer_of(fd);
  const absl::Status admitted = peer.ok() ? Admit(*peer) : peer.status();
  if (!admitted.ok()) {
    const std::string refusal = EncodeFrame(ErrorResponse(admitted));
    // A new socket has room for it; a client that cannot even take this gets nothing.
    [[maybe_unused]] const ssize_t n = send(fd, refusal.data(), refusal.size(), MSG_NOSIGNAL);
    close(fd);
    return;
  }
  const uint64_t id = ++last_id_;
  const auto answer = [this, who = *peer](absl::string_view request, std::function<void(std::string)> done) {
    Handle(delegate_, who, request, std::move(done));
  };
  connections_.emplace(id, std::make_unique<Connection>(
                               executor_, clock_, fd, *peer,
                               ConnectionLimits{options_.idle, options_.answer_within, options_.drain_within},
                               answer, [this, id] { connections_.erase(id); }));
}

}  // namespace holdfast::control
