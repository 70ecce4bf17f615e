#include "agent/session/darwin/darwin_backend.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::session {
namespace {

// The manager answers in milliseconds; one that does not is stuck, and what the client hopes is told instead.
constexpr absl::Duration kPatience = absl::Seconds(5);
// Its state is the manager's process id.
constexpr char kManagerNotification[] = "com.apple.nesessionmanager";

bool IsDown(SessionStatus status) {
  return status != SessionStatus::kConnecting && status != SessionStatus::kConnected &&
         status != SessionStatus::kReasserting;
}

}  // namespace

DarwinBackend::DarwinBackend(Executor& executor, const Clock& clock, std::shared_ptr<ne::Client> client,
                             ConfigurationSource& configurations)
    : executor_(executor),
      clock_(clock),
      client_(std::move(client)),
      configurations_(configurations),
      mailbox_(std::make_shared<Mailbox>(executor)) {}

DarwinBackend::~DarwinBackend() {
  mailbox_->Close();
}

template <class... Args, class F>
std::function<void(Args...)> DarwinBackend::OnExecutor(F work) {
  return [mailbox = mailbox_, work = lifetime_.Guard(std::move(work))](Args... args) {
    mailbox->Post([work, ... args = std::move(args)]() mutable { work(std::move(args)...); });
  };
}

absl::Status DarwinBackend::Begin(Listener* listener) {
  if (listener_ != nullptr) {
    return absl::FailedPreconditionError("the session back end has begun already: begin it once");
  }
  listener_ = listener;
  manager_pid_ = client_->ManagerPid();
  manager_ =
      ne::Notification::Watch(client_, kManagerNotification, OnExecutor<>([this] { OnManagerChanged(); }));
  return configurations_.Begin(
      lifetime_.Guard([this](const InstalledFacts& installed) { OnConfigurations(installed); }));
}

void DarwinBackend::OnConfigurations(const InstalledFacts& installed) {
  std::map<Uuid, const ServiceFacts*> now;
  for (const ServiceFacts& service : installed.services) now[service.id] = &service;
  std::erase_if(services_, [&](const auto& entry) { return !now.contains(entry.first); });
  std::vector<Uuid> fresh;
  for (const auto& [id, facts] : now) {
    const auto known = services_.find(id);
    if (known != services_.end()) {
      known->second.facts = *facts;
      continue;
    }
    Watch(*facts);
    fresh.push_back(id);
  }
  listener_->OnInstalled(installed);
  for (const Uuid& id : fresh) Ask(id);
}

void DarwinBackend::Watch(const ServiceFacts& facts) {
  Watched& watched = services_.try_emplace(facts.id, executor_).first->second;
  watched.facts = facts;
  watched.generation = generations_[facts.id];
  watched.session = ne::NeSession::Create(client_, facts.id, ne::SessionType::kVpn,
                                          OnExecutor<ne::Event>([this, id = facts.id](ne::Event event) {
                                            if (event == ne::Event::kStatusChanged) Ask(id);
                                          }));
}

void DarwinBackend::OnManagerChanged() {
  const int now = client_->ManagerPid();
  if (now == 0 || now == manager_pid_) return;
  const int before = std::exchange(manager_pid_, now);
  if (before != 0) {
    listener_->OnManagerRestarted(
        absl::StrCat("nesessionmanager runs as process ", manager_pid_, ", was ", before));
  }
  for (auto& [id, watched] : services_) {
    if (watched.session != nullptr) watched.session->Rearm();
    Ask(id);
  }
}

void DarwinBackend::Ask(const Uuid& service) {
  const auto it = services_.find(service);
  if (it == services_.end()) return;
  Watched& watched = it->second;
  if (watched.asking) {
    watched.ask_again = true;
    return;
  }
  const uint64_t number = ++questions_;
  watched.asking = Question{.number = number};
  watched.ask_again = false;
  watched.patience.Set(clock_.Now().mono + kPatience,
                       [this, service, number] { MayAnswer(service, number, /*out_of_patience=*/true); });
  if (watched.session == nullptr) {
    watched.asking->hoped = SessionStatus::kInvalid;
    watched.asking->informed = true;
    return executor_.Post(lifetime_.Guard([this, service, number] { MayAnswer(service, number, false); }));
  }
  watched.session->GetStatus(OnExecutor<SessionStatus>([this, service, number](SessionStatus status) {
    if (Question* question = Asked(service, number)) question->hoped = status;
    MayAnswer(service, number, false);
  }));
  watched.session->GetInfo(
      ne::InfoType::kExtendedStatus,
      OnExecutor<std::optional<ne::Value>>([this, service, number](const std::optional<ne::Value>& info) {
        if (Question* question = Asked(service, number)) {
          question->informed = true;
          if (info) question->told = ne::ReadExtendedStatus(*info);
        }
        MayAnswer(service, number, false);
      }));
}

DarwinBackend::Question* DarwinBackend::Asked(const Uuid& service, uint64_t number) {
  const auto it = services_.find(service);
  if (it == services_.end() || !it->second.asking || it->second.asking->number != number) return nullptr;
  return &*it->second.asking;
}

void DarwinBackend::MayAnswer(const Uuid& service, uint64_t number, bool out_of_patience) {
  const Question* question = Asked(service, number);
  if (question == nullptr) return;
  const bool says = question->told && question->told->status;
  if (!says && !(question->informed && question->hoped) && !out_of_patience) return;
  Watched& watched = services_.at(service);
  watched.patience.Cancel();
  const Question answered = *std::exchange(watched.asking, std::nullopt);
  const bool again = std::exchange(watched.ask_again, false);
  Tell(watched, answered, out_of_patience);
  if (again) Ask(service);
}

void DarwinBackend::Tell(Watched& watched, const Question& question, bool out_of_patience) {
  const bool says = question.told && question.told->status;
  // Without any answer the last status stands.
  if (!says && !question.hoped) return;
  SessionEvent event;
  event.service = watched.facts.id;
  event.generation = watched.generation = ++generations_[watched.facts.id];
  event.status = says ? *question.told->status : *question.hoped;
  if (says && IsDown(event.status)) {
    event.stop_reason = question.told->stop_reason;
    event.cause = event.stop_reason ? CauseOfStopReason(*event.stop_reason) : question.told->legacy_cause;
    if (event.stop_reason) event.detail = OtherWords(*event.stop_reason);
  }
  if (!says) {
    event.detail = out_of_patience ? "nesessionmanager did not answer; this is the client's own guess"
                                   : "the client's own guess: nesessionmanager says nothing about it";
  }
  watched.last = event.status;
  listener_->OnSession(event);
}

// The system's words for a stop reason, where they are not those that everybody knows.
std::string DarwinBackend::OtherWords(int reason) const {
  std::string words = client_->StopReason(reason);
  return words == StopReasonText(reason) ? "" : words;
}

absl::StatusOr<DarwinBackend::Watched*> DarwinBackend::Find(const Uuid& service, absl::string_view verb) {
  const auto it = services_.find(service);
  if (it != services_.end() && it->second.session != nullptr) return &it->second;
  return absl::NotFoundError(
      absl::StrCat(verb, " the session of service ", service.ToString(),
                   ": no such configuration is installed; installed are: ",
                   absl::StrJoin(services_, ", ", [](std::string* out, const auto& entry) {
                     absl::StrAppend(out, "'", entry.second.facts.name, "'");
                   })));
}

absl::Status DarwinBackend::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  const auto watched = Find(service, "starting");
  if (!watched.ok()) return watched.status();
  if (as_uid) {
    return absl::UnimplementedError(absl::StrCat("starting '", (*watched)->facts.name, "' on behalf of uid ",
                                                 *as_uid,
                                                 ": a root daemon has no ports of that user's session"));
  }
  if ((*watched)->session->Start()) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("starting '", (*watched)->facts.name,
                                               "': this OS build has no symbol to start a session with"));
}

absl::Status DarwinBackend::StopSession(const Uuid& service) {
  const auto watched = Find(service, "stopping");
  if (!watched.ok()) return watched.status();
  if ((*watched)->session->Stop()) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("stopping '", (*watched)->facts.name,
                                               "': this OS build has no symbol to stop a session with"));
}

void DarwinBackend::CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) {
  const auto watched = Find(service, "counting what came in through");
  if (!watched.ok()) {
    return executor_.Post(lifetime_.Guard([done, status = watched.status()] { done(status); }));
  }
  if (IsDown((*watched)->last)) {
    return executor_.Post(lifetime_.Guard([done, name = (*watched)->facts.name] {
      done(absl::NotFoundError(
          absl::StrCat("counting what came in through '", name, "': it is not connected")));
    }));
  }
  (*watched)->session->GetInfo(
      ne::InfoType::kStatistics,
      OnExecutor<std::optional<ne::Value>>([done](const std::optional<ne::Value>& statistics) {
        const auto bytes = statistics ? ne::ReadBytesIn(*statistics) : std::nullopt;
        if (bytes) return done(*bytes);
        done(absl::UnimplementedError("the session manager does not count what comes in through it"));
      }));
}

std::vector<Capability> DarwinBackend::Capabilities() const {
  return ne::CapabilitiesOf(client_->symbols());
}

}  // namespace holdfast::session
