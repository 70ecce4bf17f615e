// The session contract on nesessionmanager: one long-lived session object for each installed configuration.
//
// What is told is what the manager says when it is asked (the extended status), not what the client library
// hopes for after a command (docs/ne-session.md, 1.6). Where it does not say, the client's own status is
// told, and the detail says so: the engine's deadlines decide then.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/session/darwin/client.h"
#include "agent/session/darwin/configurations.h"
#include "agent/session/darwin/extended_status.h"
#include "agent/session/darwin/mailbox.h"
#include "agent/session/darwin/ne_session.h"
#include "agent/session/session.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::session {

class DarwinBackend final : public Backend {
 public:
  // All must outlive it.
  DarwinBackend(Executor& executor, const Clock& clock, std::shared_ptr<ne::Client> client,
                ConfigurationSource& configurations);
  ~DarwinBackend() override;
  DarwinBackend(const DarwinBackend&) = delete;
  DarwinBackend& operator=(const DarwinBackend&) = delete;

  absl::Status Begin(Listener* listener) override;
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override;
  absl::Status StopSession(const Uuid& service) override;
  void CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) override;
  std::vector<Capability> Capabilities() const override;
  std::string Name() const override { return "darwin"; }

 private:
  // One question to the manager: both its parts, and what became of them.
  struct Question {
    uint64_t number = 0;
    std::optional<SessionStatus> hoped;  // the client's
    bool informed = false;               // the extended status came, or that there is none
    std::optional<ne::ExtendedStatus> told;
  };
  struct Watched {
    explicit Watched(Executor& executor) : patience(executor) {}
    ServiceFacts facts;
    std::unique_ptr<ne::NeSession> session;
    uint64_t generation = 0;
    std::optional<Question> asking;
    bool ask_again = false;  // something happened since it was asked
    Timer patience;
    SessionStatus last = SessionStatus::kInvalid;
  };

  void OnConfigurations(const InstalledFacts& installed);
  void Watch(const ServiceFacts& facts);
  void OnManagerChanged();
  void Ask(const Uuid& service);
  Question* Asked(const Uuid& service, uint64_t number);
  void MayAnswer(const Uuid& service, uint64_t number, bool out_of_patience);
  void Tell(Watched& watched, const Question& question, bool out_of_patience);
  std::string OtherWords(int reason) const;
  absl::StatusOr<Watched*> Find(const Uuid& service, absl::string_view verb);
  // Wraps a callback that the library makes on its queue: it runs on the executor, while this object lives.
  template <class... Args, class F>
  std::function<void(Args...)> OnExecutor(F work);

  Executor& executor_;
  const Clock& clock_;
  std::shared_ptr<ne::Client> client_;
  ConfigurationSource& configurations_;
  Listener* listener_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<ne::Notification> manager_;
  int manager_pid_ = 0;  // the last one known; 0 when it has not run yet
  uint64_t questions_ = 0;
  std::map<Uuid, Watched> services_;
  std::map<Uuid, uint64_t> generations_;  // also of those that are gone: they may come back
  Lifetime lifetime_;
};

}  // namespace holdfast::session
