#include "agent/daemon/agent.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/seed.h"

namespace holdfast::agent {
namespace {

constexpr char kTampered[] = "policy_tampered";

}  // namespace

Agent::Agent(AgentOptions options, const AgentParts& parts)
    : options_(std::move(options)),
      parts_(parts),
      engine_(options_.engine_seed.value_or(1)),
      inbox_(parts.files),
      policies_(parts.files, options_.policy_path),
      orders_(parts.files),
      rows_(parts.executor, parts.clock, parts.journal,
            {[this](const journal::Head& head) {
               head_ = head;
               if (uplink_) uplink_->Changed();
             },
             [this](const absl::Status& why) { OnJournalBlocked(why); },
             [this](uint64_t dropped) { OnJournalRecovered(dropped); }}),
      housekeeping_(
          parts.executor, parts.clock, parts.journal,
          {[this] { return rows_.last_durable(); },
           [this](const absl::Status& damage) {
             Incident("chain_break", "", absl::StrCat("the journal's chain: ", damage.message()), true);
           },
           [this](const absl::Status& trouble) { Log(absl::StrCat("retention: ", trouble.message())); }}),
      deadline_(parts.executor) {
  if (parts_.transport == nullptr) return;
  uplink_ = std::make_unique<uplink::Uplink>(
      options_.uplink, uplink::Dependencies{parts_.executor, parts_.clock, parts_.random, parts_.journal,
                                            parts_.files, *parts_.transport, inbox_, *this});
}

Agent::~Agent() = default;

void Agent::Start(const journal::OpenReport& opened, PolicyFile policy_file) {
  auto past = std::make_shared<absl::StatusOr<Past>>(Past{});
  parts_.journal.Run([past](journal::Journal& journal) { *past = ReadPast(journal); },
                     lifetime_.Guard([this, past, opened, policy_file = std::move(policy_file)] {
                       Begin(*past, opened, policy_file);
                     }));
}

void Agent::Begin(const absl::StatusOr<Past>& past, const journal::OpenReport& opened,
                  const PolicyFile& policy_file) {
  if (stopping_) return;
  AgentStarted started{options_.agent_version, options_.os_build, std::nullopt, false};
  if (past.ok()) {
    if (!options_.engine_seed) engine_ = Engine(EngineSeed(past->head.hash));
    for (const PastRow& row : past->rows) engine_.Recall(row.at, row.seq, row.event);
    started.last_alive = past->last_alive;
    started.clean_stop = past->clean_stop;
    head_ = past->head;
    acked_at_start_ = past->acked_through;
  } else {
    Log(absl::StrCat("reading what the last run left: ", past.status().message()));
  }
  running_ = true;
  const bool verify = !opened.clean || !started.clean_stop;
  Dispatch(std::move(started));
  BeginPolicy(policy_file);
  if (!opened.set_aside.empty()) {
    Incident("journal_corrupt", "", absl::StrCat(opened.corruption, "; kept as ", opened.set_aside), true);
  }
  if (absl::Status begun = parts_.backend.Begin(this); !begun.ok()) {
    warnings_["backend"] = absl::StrCat(parts_.backend.Name(), ": ", begun.message());
    Log(warnings_["backend"]);
  }
  TellCapabilities();
  if (absl::Status begun = parts_.signals.Begin(this); !begun.ok()) {
    warnings_["signals"] = std::string(begun.message());
    Log(warnings_["signals"]);
  }
  if (uplink_) uplink_->Start();
  housekeeping_.Start(verify);
  if (parts_.begun) parts_.begun();
}

// What the session back end can do on this OS build; the engine knows what it could do before.
void Agent::TellCapabilities() {
  SelfCheck check{kSessionBackend, {}};
  warnings_.erase("start");
  for (const session::Capability& capability : parts_.backend.Capabilities()) {
    check.parts.push_back({capability.name, capability.available, capability.detail});
    if (capability.name == "start" && !capability.available) {
      warnings_["start"] = absl::StrCat("services cannot be started: ", capability.detail);
    }
  }
  Dispatch(std::move(check));
}

Agent::Trust Agent::ReadTrust() const {
  const auto loaded = uplink::LoadIdentity(parts_.files);
  const std::optional<uplink::DeviceIdentity> identity = loaded.ok() ? *loaded : std::nullopt;
  return {identity ? identity->device_id : Uuid{},
          uplink::TrustedPolicyKeys(options_.uplink.pinned_policy_keys, identity)};
}

void Agent::BeginPolicy(const PolicyFile& policy_file) {
  const Trust trust = ReadTrust();
  const absl::Status loaded = inbox_.Load(trust.policy_keys);
  const wire::HardwareIdentity& hardware = options_.uplink.hardware;
  policies_.SetDeviceNames({hardware.serial_number, hardware.hostname, hardware.platform_uuid,
                            trust.device.IsNil() ? "" : trust.device.ToString()});
  TakePolicyInputs(policies_.Load(policy_file, inbox_.accepted()));
  if (!loaded.ok()) {
    Incident(kTampered, "kept", absl::StrCat("the kept policy: ", loaded.message()), true);
  }
}

void Agent::PolicyFileRead(const PolicyFile& file) {
  TakePolicyInputs(policies_.FileRead(file));
  if (uplink_) uplink_->Changed();
}

void Agent::TakePolicyInputs(const std::vector<EngineInput>& inputs) {
  for (const EngineInput& input : inputs) {
    if (const auto* rejected = std::get_if<PolicyRejected>(&input)) {
      Log(absl::StrCat("policy from ", rejected->change.source,
                       " rejected, what was in force stays so: ", rejected->change.error));
    }
    Dispatch(input);
    if (const auto* applied = std::get_if<PolicyApplied>(&input)) PolicyInForce(*applied);
  }
}

void Agent::PolicyInForce(const PolicyApplied& applied) {
  Log(absl::StrCat("policy version ", applied.change.version, " from ", applied.change.source,
                   " is in force"));
  for (const std::string& warning : policies_.warnings()) Log(absl::StrCat("policy: ", warning));
  housekeeping_.SetRetention(
      {.days = applied.policy->history_retention_days,
       .max_bytes = applied.policy->history_max_bytes,
       .max_unacknowledged_bytes = uplink_ ? applied.policy->unacknowledged_max_bytes : INT64_MAX});
  housekeeping_.SetMarkEvery(applied.policy->heartbeat_interval);
  if (uplink_) uplink_->SetHeartbeat(applied.policy->heartbeat_interval);
  TakePolicysOrder(applied.policy->emergency_suspend);
}

void Agent::Stop(const std::string& reason, std::function<void()> done) {
  Dispatch(AgentStopped{reason});
  stopping_ = true;
  const wire::Goodbye goodbye = reason == "shutdown" ? wire::Goodbye::kShutdown : wire::Goodbye::kStop;
  auto close = [this, done = std::move(done)] {
    parts_.journal.Run([](journal::Journal& journal) { journal.Close().IgnoreError(); }, done);
  };
  rows_.WhenDurable([this, goodbye, close = std::move(close)](const absl::Status& written) {
    if (!written.ok()) Log(absl::StrCat("stopping: the last rows are not on disk: ", written.message()));
    if (uplink_) {
      uplink_->SayGoodbye(goodbye, close);
    } else {
      close();
    }
  });
}

void Agent::OnInstalled(const InstalledFacts& installed) {
  installed_ = installed;
  warnings_.erase("backend");
  Dispatch(installed);
}

void Agent::OnSystem(const SystemFacts& system) {
  installed_profiles_ = InstalledProfiles(system);
  Dispatch(system);
}

void Agent::OnManagerRestarted(const std::string& detail) {
  Dispatch(SessionManagerRestarted{detail});
}

void Agent::OnPath(const PathFacts& path) {
  Dispatch(path);
  if (path.satisfied && !path_satisfied_ && uplink_) uplink_->NetworkIsBack();
  path_satisfied_ = path.satisfied;
}

void Agent::OnPower(PowerEvent event) {
  Dispatch(PowerChanged{event});
  if (!uplink_) return;
  if (event == PowerEvent::kWillSleep) uplink_->SayGoodbye(wire::Goodbye::kSleep, [] {});
  if (event == PowerEvent::kShutdown) uplink_->SayGoodbye(wire::Goodbye::kShutdown, [] {});
  if (event == PowerEvent::kFullWake) uplink_->NetworkIsBack();
}

std::vector<wire::StateSection> Agent::Sections() {
  return StateSections(EngineState(), installed_, installed_profiles_);
}

wire::PolicyStatus Agent::ApplyPolicy(const uplink::AcceptedPolicy& policy) {
  std::vector<EngineInput> inputs;
  wire::PolicyStatus status = policies_.ServerPolicy(policy, &inputs);
  for (const char* key : {"server", "kept"}) {
    Incident(kTampered, key, "a policy with a good signature has arrived", false);
  }
  TakePolicyInputs(inputs);
  return status;
}

void Agent::PolicyRefused(const wire::PolicyBundle& bundle, const absl::Status& why) {
  Log(absl::StrCat("a policy of the server was refused: ", why.message()));
  Incident(kTampered, "server", std::string(why.message()), true);
  Dispatch(PolicyRejected{{PolicyChange::Outcome::kRejected, 0, Sha256(bundle.signed_bytes), "server",
                           std::string(why.message())}});
}

void Agent::OrdersArrived(const std::vector<wire::SignedOrder>& orders,
                          const std::vector<std::string>& policy_keys, const Uuid& device, ServerTime now) {
  if (orders.empty() && orders_are_good_) return;
  absl::Status wrong;
  for (const wire::SignedOrder& order : orders) {
    wrong.Update(TakeOrder({order.signed_bytes, order.signature}, policy_keys, device, now));
  }
  Incident(kTampered, "order", wrong.ok() ? "every order is the server's" : std::string(wrong.message()),
           !wrong.ok());
  orders_are_good_ = wrong.ok();
}

void Agent::TakePolicysOrder(const std::string& text) {
  if (text.empty()) return Incident(kTampered, "policy_order", "the policy orders nothing", false);
  const Trust trust = ReadTrust();
  const absl::StatusOr<SignedOrder> order = ParseOrderText(text);
  const absl::Status taken =
      order.ok() ? TakeOrder(*order, trust.policy_keys, trust.device, ServerTime{parts_.clock.Now().wall.ns})
                 : order.status();
  Incident(kTampered, "policy_order",
           taken.ok() ? "the policy's order is good" : absl::StrCat("emergencySuspend: ", taken.message()),
           !taken.ok());
}

absl::Status Agent::TakeOrder(const SignedOrder& order, const std::vector<std::string>& policy_keys,
                              const Uuid& device, ServerTime now) {
  absl::StatusOr<std::optional<SuspensionOrdered>> taken = orders_.Take(order, policy_keys, device, now);
  if (!taken.ok()) {
    Log(std::string(taken.status().message()));
    return taken.status();
  }
  if (*taken) Dispatch(**std::move(taken));
  return absl::OkStatus();
}

void Agent::Incident(const std::string& name, const std::string& key, const std::string& summary, bool open) {
  Dispatch(IncidentReported{name, key, summary, open});
}

void Agent::StateChanged(const std::string& text, const std::string& error) {
  Log(absl::StrCat("server ", options_.uplink.server, ": ", text, error.empty() ? "" : ": ", error));
}

void Agent::ServerReached(bool reached, const std::string& error) {
  Dispatch(ServerContact{options_.uplink.server, reached, error});
}

void Agent::OnJournalBlocked(const absl::Status& why) {
  warnings_["journal"] = absl::StrCat("the journal takes no rows, they are kept in memory: ", why.message());
  Log(warnings_["journal"]);
  Incident(absl::IsResourceExhausted(why) ? "disk_full" : "journal_corrupt", "rows", warnings_["journal"],
           true);
}

void Agent::OnJournalRecovered(uint64_t dropped) {
  warnings_.erase("journal");
  Log("the journal takes rows again");
  Incident("disk_full", "rows", "the journal takes rows again", false);
  Incident("journal_corrupt", "rows", "the journal takes rows again", false);
  if (dropped == 0) return;
  const std::string summary = absl::StrCat(dropped, " rows did not fit into memory while the disk was full");
  Incident("journal_gap", "memory", summary, true);
  Incident("journal_gap", "memory", summary, false);
}

void Agent::Log(const std::string& line) const {
  if (parts_.log) parts_.log(line);
}

}  // namespace holdfast::agent
