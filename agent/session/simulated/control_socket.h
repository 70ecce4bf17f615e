// A Unix socket for whoever plays with a simulated Mac: one line in, one line of answer out. Only for
// `holdfastd --backend simulated --sim-control PATH`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/poll_executor.h"

namespace holdfast::session {

class ControlSocket {
 public:
  // Answers one line; called on the executor's thread.
  using Execute = std::function<std::string(absl::string_view line)>;

  // Listens at `path`, readable and writable for the owner alone. A socket file that nobody serves any more
  // is replaced; ALREADY_EXISTS when somebody does, or when something else stands there. The executor must
  // outlive it; call it on the executor's thread or before Run.
  static absl::StatusOr<std::unique_ptr<ControlSocket>> Open(const std::string& path, PollExecutor& executor,
                                                             Execute execute);
  // Closes all connections and removes the file.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  ControlSocket(std::string path, int fd, PollExecutor& executor, Execute execute);
  void Accept();
  void Serve(int fd);
  // False when the peer must go: it sent too long a line or does not read its answers.
  bool AnswerLines(int fd, std::string& received);
  void Drop(int fd);

  std::string path_;
  int listener_;
  PollExecutor& executor_;
  Execute execute_;
  std::map<int, std::string> peers_;  // what each has sent of a line
};

}  // namespace holdfast::session
