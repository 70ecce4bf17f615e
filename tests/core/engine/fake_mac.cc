#include "fake_mac.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast {
namespace {

constexpr int64_t kWallStart = int64_t{1'790'000'000} * 1'000'000'000;

}  // namespace

ServiceFacts CorpVpn() {
  ServiceFacts facts;
  facts.id = kCorp;
  facts.name = "Corp VPN";
  facts.type = ServiceType::kIkev2;
  return facts;
}

Policy CorpPolicy() {
  Policy policy;
  policy.mode = EnforcementMode::kEnforce;
  ServiceRule rule;
  rule.label = "corp";
  rule.match.name = "Corp VPN";
  rule.authentication = Authentication::kMachine;
  rule.always_connected = {.enabled = true, .since = Since::kBoot};
  policy.services = {rule};
  policy.reconnect.settle = absl::ZeroDuration();
  policy.reconnect.backoff.jitter = 0;
  policy.boot_grace = policy.wake_grace = policy.login_grace = absl::ZeroDuration();
  return policy;
}

FakeMac::FakeMac(uint64_t seed) : seed_(seed), services_({CorpVpn()}) {
  boot_.bytes[0] = 1;
  engine_ = std::make_unique<Engine>(seed);
}

Stamp FakeMac::Now() const {
  return {boot_, mono_, WallTime{kWallStart + mono_.ns} + wall_ahead_};
}

void FakeMac::Boot(const Policy& policy) {
  Give(AgentStarted{.agent_version = "1"});
  Apply(policy);
  Install(services_);
  for (const ServiceFacts& service : services_) Report(service.id);
  if (boots_with_path) SetPath(true);
  boots_logged_in ? Login(501, "ada") : Logout();
  RunDue(mono_ + delivery);
}

void FakeMac::Restart(bool clean) {
  const Stamp last = Now();
  if (clean) Give(AgentStopped{"stop"});
  BeginRun(last, clean);
}

void FakeMac::Reboot(int reason) {
  const Stamp last = Now();
  Give(PowerChanged{PowerEvent::kShutdown});
  for (const ServiceFacts& service : services_) Drops(service.id, reason);
  RunDue(mono_ + delivery);
  Give(AgentStopped{"shutdown"});
  ++boot_.bytes[0];
  BeginRun(last, true);
}

void FakeMac::BeginRun(const std::optional<Stamp>& last, bool clean) {
  engine_ = std::make_unique<Engine>(++seed_);
  for (size_t i = 0; i < rows_.size(); ++i) engine_->Recall(rows_[i].at, i + 1, rows_[i].event);
  queue_.clear();
  Give(AgentStarted{.agent_version = "1", .last_alive = last, .clean_stop = clean});
  Give(PolicyApplied{std::make_shared<Policy>(policy_), {.version = policy_version_}});
  InstalledFacts installed;
  installed.services = services_;
  Give(installed);
  for (const ServiceFacts& service : services_) Report(service.id);
  Give(path_);
  Give(user_);
  RunDue(mono_ + delivery);
}

void FakeMac::Apply(const Policy& policy) {
  policy_ = policy;
  policy_.version = ++policy_version_;
  Give(PolicyApplied{std::make_shared<Policy>(policy_), {.version = policy_version_, .source = "file:test"}});
}

void FakeMac::Give(const EngineInput& input) {
  const std::vector<Effect> effects = engine_->Step(Now(), input);
  for (const Effect& effect : effects) {
    effects_.emplace_back(mono_, effect);
    if (const Record* record = std::get_if<Record>(&effect)) rows_.push_back({Now(), record->event});
  }
  if (on_step) on_step(input, effects);
  for (const Effect& effect : effects) Carry(effect);
}

void FakeMac::Carry(const Effect& effect) {
  if (const auto* start = std::get_if<StartSession>(&effect)) {
    const absl::Status answer = start->as_uid && !honours_on_behalf
                                    ? absl::UnimplementedError("no on-behalf starts here")
                                    : start_answer;
    At(absl::ZeroDuration(), [this, id = start->command, answer] { Give(CommandAnswer{id, answer}); });
    if (answer.ok()) {
      At(absl::Milliseconds(1), [this, service = start->service] { StartReal(service, ""); });
    }
  } else if (const auto* stop = std::get_if<StopSession>(&effect)) {
    At(absl::ZeroDuration(), [this, id = stop->command] { Give(CommandAnswer{id, absl::OkStatus()}); });
    At(absl::Milliseconds(1), [this, service = stop->service] { StopReal(service, ""); });
  } else if (const auto* probe = std::get_if<RunProbe>(&effect)) {
    At(absl::Milliseconds(30), [this, service = probe->service, target = probe->probe.Target()] {
      Give(ProbeResult{.service = service, .target = target, .ok = probes_answer});
    });
  } else {
    CarryNetwork(effect);
  }
}

void FakeMac::CarryNetwork(const Effect& effect) {
  if (const auto* count = std::get_if<CountInbound>(&effect)) {
    if (!inbound) return;
    At(absl::Milliseconds(5), [this, service = count->service] {
      Give(ProbeResult{.service = service, .target = "inbound", .ok = *inbound});
    });
  } else if (const auto* look = std::get_if<LookForPortal>(&effect)) {
    At(absl::Milliseconds(30),
       [this, network = look->path.network_id] { Give(PortalFacts{portal, network, "302"}); });
  } else if (const auto* ask = std::get_if<AskBeacon>(&effect); ask != nullptr && beacons_answer) {
    At(absl::Milliseconds(30), [this, name = ask->network.name, network = ask->path.network_id] {
      Give(BeaconFacts{name, network, beacons.contains(network), ""});
    });
  }
}

void FakeMac::At(absl::Duration delay, std::function<void()> work) {
  queue_.emplace(std::pair{mono_ + delay, ++order_}, std::move(work));
}

void FakeMac::RunDue(MonoTime until) {
  while (true) {
    std::optional<MonoTime> next = engine_->NextDeadline();
    const bool queued = !queue_.empty() && (!next || queue_.begin()->first.first <= *next);
    if (queued) next = queue_.begin()->first.first;
    if (!next || *next > until) break;
    mono_ = std::max(mono_, *next);
    if (!queued) {
      Give(TimerFired{});
      continue;
    }
    auto work = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    work();
  }
  mono_ = until;
}

void FakeMac::Advance(absl::Duration d) {
  RunDue(mono_ + d);
}

void FakeMac::Install(const std::vector<ServiceFacts>& services) {
  services_ = services;
  InstalledFacts installed;
  installed.services = services;
  Give(installed);
}

void FakeMac::SetPath(bool satisfied, const std::string& network) {
  path_ = {.satisfied = satisfied,
           .has_resolver = satisfied,
           .interface_name = satisfied ? "en0" : "",
           .network_id = satisfied ? network : ""};
  Give(path_);
}

void FakeMac::Login(uint32_t uid, const std::string& name) {
  user_ = {true, uid, name};
  Give(user_);
}

void FakeMac::Logout() {
  user_ = {};
  Give(user_);
}

void FakeMac::Report(const Uuid& service) {
  const Session& session = sessions_[service];
  SessionEvent event{.service = service,
                     .generation = ++generation_,
                     .status = session.status,
                     .requested_by = session.requested_by};
  if (session.status == SessionStatus::kDisconnected && session.stop_reason) {
    event.stop_reason = session.stop_reason;
    event.cause = CauseOfStopReason(*session.stop_reason);
  }
  At(delivery, [this, event] {
    sessions_[event.service].told = event.status == sessions_[event.service].status;
    Give(event);
  });
}

void FakeMac::Deliver(const Uuid& service, SessionStatus status, std::optional<int> reason,
                      const std::string& by) {
  SessionEvent event{.service = service, .generation = ++generation_, .status = status, .requested_by = by};
  event.stop_reason = reason;
  if (reason) event.cause = CauseOfStopReason(*reason);
  sessions_[service].told = status == sessions_[service].status;
  Give(event);
}

void FakeMac::ManagerRestarts(bool tells) {
  Give(SessionManagerRestarted{});
  for (auto& [id, session] : sessions_) session.told = false;
  if (!tells) return;
  for (const ServiceFacts& service : services_) Report(service.id);
}

bool FakeMac::CouldConnect(const Uuid& service) {
  const auto installed = std::find_if(services_.begin(), services_.end(),
                                      [&](const ServiceFacts& facts) { return facts.id == service; });
  const Session& session = sessions_[service];
  return installed != services_.end() && installed->enabled && path_.satisfied && user_.present &&
         start_answer.ok() && session.told && !session.stop_hangs && !session.outcome.stop_reason &&
         !session.outcome.hangs && !session.outcome.silent;
}

void FakeMac::Change(const Uuid& service, SessionStatus status) {
  sessions_[service].status = status;
  Report(service);
}

void FakeMac::StartReal(const Uuid& service, const std::string& by) {
  Session& session = sessions_[service];
  const Outcome outcome = session.outcome;
  if (outcome.silent) return;
  if (session.status != SessionStatus::kDisconnected) return Report(service);  // skipped
  session.requested_by = by;
  Change(service, SessionStatus::kConnecting);
  if (outcome.hangs) return;
  At(outcome.after, [this, service, outcome, life = ++session.life] {
    Session& then = sessions_[service];
    if (then.life != life) return;
    then.stop_reason = outcome.stop_reason;
    Change(service, outcome.stop_reason ? SessionStatus::kDisconnected : SessionStatus::kConnected);
  });
}

void FakeMac::StopReal(const Uuid& service, const std::string& by) {
  Session& session = sessions_[service];
  if (session.status == SessionStatus::kDisconnected) return Report(service);
  session.requested_by = by;
  Change(service, SessionStatus::kDisconnecting);
  const uint64_t life = ++session.life;
  if (session.stop_hangs) return;
  At(absl::Milliseconds(500), [this, service, life] {
    Session& then = sessions_[service];
    if (then.life != life) return;
    then.stop_reason = 1;
    Change(service, SessionStatus::kDisconnected);
  });
}

void FakeMac::PersonStarts(const Uuid& service, const std::string& who) {
  StartReal(service, who);
}

void FakeMac::PersonStops(const Uuid& service, const std::string& who) {
  StopReal(service, who);
}

void FakeMac::Drops(const Uuid& service, int reason) {
  Session& session = sessions_[service];
  if (session.status == SessionStatus::kDisconnected) return;
  ++session.life;
  session.stop_reason = reason;
  session.requested_by.clear();
  Change(service, SessionStatus::kDisconnected);
}

uint64_t FakeMac::Ask(UserRequest::Verb verb, const Uuid& service, const std::string& reason,
                      absl::Duration duration, std::optional<uint32_t> uid, const Credential& credential) {
  UserRequest request;
  request.verb = verb;
  request.request = ++request_;
  request.service = service;
  request.uid = uid.value_or(user_.uid);
  request.user = user_.name;
  request.reason = reason;
  request.duration = duration;
  request.credential = credential;
  Give(request);
  return request_;
}

std::vector<MonoTime> FakeMac::StartTimes(const Uuid& service) const {
  std::vector<MonoTime> times;
  for (const auto& [at, effect] : effects_) {
    const auto* start = std::get_if<StartSession>(&effect);
    if (start != nullptr && start->service == service) times.push_back(at);
  }
  return times;
}

int FakeMac::Starts(const Uuid& service) const {
  return static_cast<int>(StartTimes(service).size());
}

int FakeMac::Stops(const Uuid& service) const {
  int count = 0;
  for (const auto& [at, effect] : effects_) {
    const auto* stop = std::get_if<StopSession>(&effect);
    count += stop != nullptr && stop->service == service;
  }
  return count;
}

std::vector<NotifyUser> FakeMac::Notices() const {
  std::vector<NotifyUser> all;
  for (const auto& [at, effect] : effects_) {
    if (const auto* notice = std::get_if<NotifyUser>(&effect)) all.push_back(*notice);
  }
  return all;
}

AnswerRequest FakeMac::AnswerTo(uint64_t request) const {
  for (const auto& [at, effect] : effects_) {
    const auto* answer = std::get_if<AnswerRequest>(&effect);
    if (answer != nullptr && answer->request == request) return *answer;
  }
  ADD_FAILURE() << "request " << request << " was not answered";
  return {};
}

Verdict FakeMac::VerdictOf(const std::string& key) const {
  Verdict newest;
  for (const Verdict& verdict : Rows<Verdict>()) {
    if (verdict.key == key) newest = verdict;
  }
  return newest;
}

std::string FakeMac::ClassOf(const std::string& key) const {
  const Verdict verdict = VerdictOf(key);
  return absl::StrCat(TimeClassName(verdict.time_class), "/", verdict.cause);
}

std::vector<std::string> FakeMac::ClassesOf(const std::string& key) const {
  std::vector<std::string> all;
  for (const Verdict& verdict : Rows<Verdict>()) {
    if (verdict.key == key)
      all.push_back(absl::StrCat(TimeClassName(verdict.time_class), "/", verdict.cause));
  }
  return all;
}

bool FakeMac::IncidentIsOpen(const std::string& name) const {
  for (const OpenIncident& open : View().incidents) {
    if (open.incident.name == name) return true;
  }
  return false;
}

ServiceView FakeMac::ServiceViewOf(const std::string& key) const {
  for (const ServiceView& view : View().services) {
    if (view.key == key) return view;
  }
  ADD_FAILURE() << "no service has the key " << key;
  return {};
}

}  // namespace holdfast
