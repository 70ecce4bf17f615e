// Profiles, commands and people. Machine and network are in simulated_machine.cc.
#include "sim/simulated_mac.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "profiles/installed/installed.h"

namespace holdfast::sim {
namespace {

constexpr int kReasonUserLoggedOut = 34;
constexpr int kReasonConsoleUserChanged = 35;
constexpr int kReasonAppUpdate = 40;
constexpr uint32_t kFirstUid = 501;

std::string NamesOf(const std::vector<ServiceFacts>& services) {
  if (services.empty()) return "nothing";
  return absl::StrJoin(services, ", ", [](std::string* out, const ServiceFacts& service) {
    absl::StrAppend(out, "'", service.name, "'");
  });
}

}  // namespace

SimulatedMac::SimulatedMac(const Clock& clock, Executor& executor, uint64_t seed, const Settings& settings)
    : settings_(settings),
      random_{seed},
      timers_(clock, executor),
      delivery_(timers_, random_, settings_.delivery, [this] { return Snapshot(); }),
      manager_(
          timers_, random_, settings_, *this,
          [this](const SessionEvent& e) {
            delivery_.Session(e);
            if (tap_ != nullptr) tap_->OnStatus(e.service);
            TellNetwork();
            ReactAsClient(e);
          },
          [this](const std::string& text) {
            if (sink_) sink_({timers_.Now().wall, manager_pid_, text});
          },
          [this](const Uuid& service, const std::string& who) {
            const auto burst = bursts_.Note(timers_.Now().mono, service, who);
            if (burst) delivery_.Burst(*burst);
          }),
      path_{true, true, "en0", "network-1"} {}

Delivery::Snapshot SimulatedMac::Snapshot() const {
  return {installed_,    manager_.CurrentOfAll(), path_, NetworkNow(), user_,
          system_facts_, system_.Installation(),  setup_};
}

void SimulatedMac::Install(const profiles::Profile& profile) {
  Install(std::vector{profile});
}

void SimulatedMac::Install(const std::vector<profiles::Profile>& profiles) {
  for (const profiles::Profile& profile : profiles) {
    std::erase_if(profiles_, [&](const auto& earlier) { return earlier.identifier == profile.identifier; });
    profiles_.push_back(profile);
  }
  Declare();
}

absl::Status SimulatedMac::Remove(absl::string_view identifier) {
  if (std::erase_if(profiles_, [&](const auto& p) { return p.identifier == identifier; }) > 0) {
    Declare();
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat(
      "removing the profile '", identifier, "': it is not installed; installed are: ",
      absl::StrJoin(profiles_, ", ", [](std::string* out, const auto& p) { out->append(p.identifier); })));
}

void SimulatedMac::Declare() {
  declared_ = profiles::Combine(profiles_);
  Refresh();
}

void SimulatedMac::Refresh() {
  InstalledFacts facts = declared_;
  for (FilterFacts& filter : facts.filters) filter.running = !dead_filters_.contains(filter.bundle_id);
  AddExtensions(facts);
  facts.extensions = system_.List(facts.extensions);
  SystemFacts system = system_.Facts(profiles::CombineSystem(profiles_), facts);
  if (system != system_facts_) {
    system_facts_ = std::move(system);
    delivery_.System(system_facts_);
  }
  const bool changed = facts != installed_;
  installed_ = std::move(facts);
  manager_.Remove(installed_.services);
  if (changed) delivery_.Installed(installed_);
  manager_.Configure(installed_.services);
}

// Every provider that a profile names has its extension: activated, in a version that updates count up.
void SimulatedMac::AddExtensions(InstalledFacts& facts) const {
  std::set<std::string> bundles;
  for (const ServiceFacts& service : facts.services) bundles.insert(service.provider_bundle_id);
  for (const ProxyFacts& proxy : facts.proxies) bundles.insert(proxy.bundle_id);
  for (const FilterFacts& filter : facts.filters) bundles.insert(filter.bundle_id);
  bundles.erase("");
  std::map<std::string, std::string> teams;
  for (const profiles::Profile& profile : profiles_) {
    for (const auto& allowed : profile.allowed_extensions) teams[allowed.bundle_id] = allowed.team_id;
  }
  for (const std::string& bundle : bundles) {
    auto team = teams.find(bundle);
    auto updates = updates_.find(bundle);
    const int patch = updates == updates_.end() ? 0 : updates->second;
    facts.extensions.push_back(
        {team == teams.end() ? "" : team->second, bundle, absl::StrCat("1.0.", patch), "activated enabled"});
  }
}

absl::StatusOr<Uuid> SimulatedMac::FindService(absl::string_view name_or_uuid) const {
  for (const ServiceFacts& service : installed_.services) {
    if (service.name == name_or_uuid || service.id.ToString() == name_or_uuid) return service.id;
  }
  return absl::NotFoundError(
      absl::StrCat("there is no service '", name_or_uuid, "'; installed: ", NamesOf(installed_.services)));
}

absl::Status SimulatedMac::Known(const Uuid& service, absl::string_view verb) const {
  if (manager_.Has(service)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(verb, " the session of service ", service.ToString(),
                   ": no such configuration is installed; installed: ", NamesOf(installed_.services)));
}

// The client library shows the status it hopes for before the manager has heard anything.
void SimulatedMac::Expect(const Uuid& service, SessionStatus status) {
  SessionEvent hoped;
  hoped.service = service;
  hoped.status = status;
  delivery_.Session(hoped);
}

absl::Status SimulatedMac::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  if (absl::Status known = Known(service, "starting"); !known.ok()) return known;
  if (as_uid && (!user_.present || user_.uid != *as_uid)) {
    return absl::FailedPreconditionError(
        absl::StrCat("starting the session of service ", service.ToString(), " on behalf of uid ", *as_uid,
                     ": that user is not at the console; start it after the login"));
  }
  Expect(service, SessionStatus::kConnecting);
  timers_.After(settings_.timers.command, [this, service, as_uid] {
    manager_.Start(service, {"holdfastd", 87, as_uid, /*attributed=*/false});
  });
  return absl::OkStatus();
}

absl::Status SimulatedMac::StopSession(const Uuid& service) {
  if (absl::Status known = Known(service, "stopping"); !known.ok()) return known;
  Expect(service, SessionStatus::kDisconnecting);
  timers_.After(settings_.timers.command, [this, service] {
    manager_.Stop(service, {"holdfastd", 87, std::nullopt, /*attributed=*/false});
  });
  return absl::OkStatus();
}

void SimulatedMac::UserConnect(const Uuid& service) {
  const auto uid = user_.present ? std::optional(user_.uid) : std::nullopt;
  manager_.Start(service, {"System Settings", 312, uid});
}

void SimulatedMac::UserDisconnect(const Uuid& service) {
  manager_.Stop(service, {"System Settings", 312, std::nullopt});
}

void SimulatedMac::Login(const std::string& user) {
  auto it = std::find(accounts_.begin(), accounts_.end(), user);
  if (it == accounts_.end()) it = accounts_.insert(accounts_.end(), user);
  const auto uid = kFirstUid + static_cast<uint32_t>(it - accounts_.begin());
  SetUser({true, uid, user}, kReasonConsoleUserChanged);
}

void SimulatedMac::Logout() {
  SetUser({}, kReasonUserLoggedOut);
}

void SimulatedMac::SetUser(const ConsoleUser& user, int reason) {
  if (user == user_) return;
  // What hangs on the user who leaves goes down.
  if (user_.present) {
    manager_.DropAll(reason, [](const ServiceFacts& s) { return s.scope == ProfileScope::kUser; });
  }
  user_ = user;
  delivery_.User(user_);
}

absl::Status SimulatedMac::UpdateExtension(const std::string& bundle_id) {
  const auto& all = installed_.extensions;
  if (std::none_of(all.begin(), all.end(), [&](const auto& e) { return e.bundle_id == bundle_id; })) {
    return absl::NotFoundError(absl::StrCat(
        "updating the extension '", bundle_id, "': it is not installed; installed are: ",
        absl::StrJoin(all, ", ", [](std::string* out, const auto& e) { out->append(e.bundle_id); })));
  }
  manager_.DropAll(kReasonAppUpdate,
                   [&](const ServiceFacts& service) { return service.provider_bundle_id == bundle_id; });
  timers_.After(settings_.timers.extension_update, [this, bundle_id] {
    ++updates_[bundle_id];
    Refresh();
  });
  return absl::OkStatus();
}

absl::Status SimulatedMac::SetFilterRunning(const std::string& bundle_id, bool running) {
  const auto& all = installed_.filters;
  if (std::none_of(all.begin(), all.end(), [&](const auto& f) { return f.bundle_id == bundle_id; })) {
    return absl::NotFoundError(absl::StrCat(
        "changing the content filter '", bundle_id, "': it is not installed; installed are: ",
        absl::StrJoin(all, ", ", [](std::string* out, const auto& f) { out->append(f.bundle_id); })));
  }
  if (running) {
    dead_filters_.erase(bundle_id);
  } else {
    dead_filters_.insert(bundle_id);
  }
  Refresh();
  return absl::OkStatus();
}

void SimulatedMac::ChangeSystem(const std::function<void(SystemState&)>& change) {
  const SelfCheck before = system_.Installation();
  change(system_);
  if (SelfCheck now = system_.Installation(); now != before) delivery_.Self(std::move(now));
  Refresh();
}

}  // namespace holdfast::sim
