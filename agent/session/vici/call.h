// One VICI command on a connection of its own. charon answers the commands of one connection one after the
// other, so an initiate that waits for a dead gateway would hold up the terminate that is to end it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/session/vici/channel.h"
#include "base/timer.h"

namespace holdfast::vici {

struct Command {
  std::string name;
  Section arguments;
  std::string stream;      // event to gather while the command runs ("list-sa", "control-log"); may be empty
  absl::Duration timeout;  // for everything together
};

struct Reply {
  Section response;
  std::vector<Section> streamed;
};

// OK unless the response says success=no; then INTERNAL with charon's words.
absl::Status OutcomeOf(const Reply& reply);

// On the executor's thread. Destroying it drops the answer; the command may run on in charon.
class Call {
 public:
  using Done = std::function<void(absl::StatusOr<Reply>)>;
  // `done` is posted, once. DEADLINE_EXCEEDED when charon took the command and did not answer.
  Call(PollExecutor& executor, const Clock& clock, const std::string& socket_path, Command command,
       Done done);

 private:
  absl::Status Begin(const Clock& clock, const std::string& socket_path);
  void Take(Packet packet);
  void Request();
  void Finish(absl::StatusOr<Reply> result);

  PollExecutor& executor_;
  const Command command_;
  Done done_;
  Reply reply_;
  Timer deadline_;
  Lifetime lifetime_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace holdfast::vici
