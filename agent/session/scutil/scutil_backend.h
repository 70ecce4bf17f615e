// The session contract on what macOS offers in public: SystemConfiguration, through `scutil --nc`. For a Mac
// whose private session interface is gone. It knows less: only services of the current network set, no
// IKEv2 (docs/ne-session.md, 3.1), and what changed is noticed by looking.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/session/session.h"
#include "agent/signals/mac/run_tool.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::session {

struct ScutilOptions {
  std::string program = "/usr/sbin/scutil";
  std::string why;  // the private interface is not used; told as a capability that is missing
  absl::Duration look_every = absl::Seconds(15);
  // After a command, until what came of it must be seen.
  absl::Duration look_closely = absl::Milliseconds(500);
  absl::Duration closely_for = absl::Minutes(2);
  absl::Duration limit = absl::Seconds(10);  // of one run
};

class ScutilBackend final : public Backend {
 public:
  // Executor and clock must outlive it.
  ScutilBackend(Executor& executor, const Clock& clock, signals::RunTool run, ScutilOptions options = {});
  ScutilBackend(const ScutilBackend&) = delete;
  ScutilBackend& operator=(const ScutilBackend&) = delete;

  absl::Status Begin(Listener* listener) override;
  // OK means that the request is made; scutil's own "0" means no more either.
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override;
  absl::Status StopSession(const Uuid& service) override;
  void CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) override;
  std::vector<Capability> Capabilities() const override;
  std::string Name() const override { return "scutil"; }

 private:
  struct Known {
    ServiceFacts facts;
    std::optional<SessionStatus> listed;  // as the list had it when it was last told
    std::optional<SessionStatus> told;
    bool asking = false;  // for the details of a change
  };

  using Done = std::function<void(absl::StatusOr<std::string>)>;
  void Run(std::vector<std::string> arguments, Done done);
  void Look();
  void LookAgain();
  void OnList(const absl::StatusOr<std::string>& text);
  void Ask(const Uuid& service, SessionStatus seen);
  void Tell(const Uuid& service, SessionStatus seen, const absl::StatusOr<std::string>& text);
  absl::Status Command(const Uuid& service, const char* verb);
  absl::StatusOr<std::string> NameOf(const Uuid& service, absl::string_view verb) const;

  Executor& executor_;
  const Clock& clock_;
  const signals::RunTool run_;
  const ScutilOptions options_;
  Listener* listener_ = nullptr;
  std::map<Uuid, Known> services_;
  std::map<Uuid, uint64_t> generations_;
  std::optional<InstalledFacts> installed_;
  bool looking_ = false;
  MonoTime closely_until_;
  Timer look_;
  Lifetime lifetime_;
};

}  // namespace holdfast::session
