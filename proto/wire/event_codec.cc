#include "proto/wire/event_codec.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "holdfast/v1/event.pb.h"
#include "proto/wire/scalars.h"

// Each event has a pair ToProto / FromProto, in the order of the Event variant. FromProto returns false for
// bytes of a wrong size.
namespace holdfast::wire {
namespace {

namespace pb = ::holdfast::v1;

template <class Enum>
Enum EnumOf(uint32_t value) {
  return static_cast<Enum>(static_cast<std::underlying_type_t<Enum>>(value));
}

// --- the log about itself
void ToProto(const EpochBegan& e, pb::EpochBegan* m) {
  m->set_reason(e.reason);
  if (e.previous_epoch) m->set_previous_epoch(*e.previous_epoch);
}
bool FromProto(const pb::EpochBegan& m, EpochBegan* e) {
  e->reason = m.reason();
  if (m.has_previous_epoch()) e->previous_epoch = m.previous_epoch();
  return true;
}
void ToProto(const Gap& e, pb::Gap* m) {
  m->set_first(e.first);
  m->set_last(e.last);
  m->set_count(e.count);
  m->set_last_hash(ToBytes(e.last_hash));
}
bool FromProto(const pb::Gap& m, Gap* e) {
  e->first = m.first();
  e->last = m.last();
  e->count = m.count();
  return FromBytes(m.last_hash(), &e->last_hash);
}
void ToProto(const Pruned& e, pb::Pruned* m) {
  m->set_through(e.through);
  m->set_hash(ToBytes(e.hash));
}
bool FromProto(const pb::Pruned& m, Pruned* e) {
  e->through = m.through();
  return FromBytes(m.hash(), &e->hash);
}

// --- the agent
void ToProto(const AgentStarted& e, pb::AgentStarted* m) {
  m->set_agent_version(e.agent_version);
  m->set_os_build(e.os_build);
  m->set_clean_stop(e.clean_stop);
  if (!e.last_alive) return;
  auto* alive = m->mutable_last_alive();
  alive->set_boot_id(ToBytes(e.last_alive->boot.bytes));
  alive->set_mono_ns(e.last_alive->mono.ns);
  alive->set_wall_ns(e.last_alive->wall.ns);
}
bool FromProto(const pb::AgentStarted& m, AgentStarted* e) {
  e->agent_version = m.agent_version();
  e->os_build = m.os_build();
  e->clean_stop = m.clean_stop();
  if (!m.has_last_alive()) return true;
  Stamp alive;
  alive.mono.ns = m.last_alive().mono_ns();
  alive.wall.ns = m.last_alive().wall_ns();
  if (!FromBytes(m.last_alive().boot_id(), &alive.boot.bytes)) return false;
  e->last_alive = alive;
  return true;
}
void ToProto(const AgentStopped& e, pb::AgentStopped* m) {
  m->set_reason(e.reason);
}
bool FromProto(const pb::AgentStopped& m, AgentStopped* e) {
  e->reason = m.reason();
  return true;
}

// --- inputs
void ToProto(const SessionEvent& e, pb::SessionStateChanged* m) {
  m->set_service(ToBytes(e.service.bytes));
  m->set_generation(e.generation);
  m->set_status(static_cast<uint32_t>(e.status));
  if (e.stop_reason) m->set_stop_reason(*e.stop_reason);
  m->set_cause(static_cast<uint32_t>(e.cause));
  m->set_requested_by(e.requested_by);
  m->set_detail(e.detail);
}
bool FromProto(const pb::SessionStateChanged& m, SessionEvent* e) {
  e->generation = m.generation();
  e->status = EnumOf<SessionStatus>(m.status());
  if (m.has_stop_reason()) e->stop_reason = m.stop_reason();
  e->cause = EnumOf<FailureCause>(m.cause());
  e->requested_by = m.requested_by();
  e->detail = m.detail();
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const PathFacts& e, pb::PathChanged* m) {
  m->set_satisfied(e.satisfied);
  m->set_has_resolver(e.has_resolver);
  m->set_interface_name(e.interface_name);
  m->set_network_id(e.network_id);
}
bool FromProto(const pb::PathChanged& m, PathFacts* e) {
  *e = {m.satisfied(), m.has_resolver(), m.interface_name(), m.network_id()};
  return true;
}
void ToProto(const PowerChanged& e, pb::PowerChanged* m) {
  m->set_event(static_cast<uint32_t>(e.event));
}
bool FromProto(const pb::PowerChanged& m, PowerChanged* e) {
  e->event = EnumOf<PowerEvent>(m.event());
  return true;
}
void ToProto(const ConsoleUser& e, pb::ConsoleUserChanged* m) {
  m->set_present(e.present);
  m->set_uid(e.uid);
  m->set_name(e.name);
}
bool FromProto(const pb::ConsoleUserChanged& m, ConsoleUser* e) {
  *e = {m.present(), m.uid(), m.name()};
  return true;
}

void ToProto(const ServiceFacts& e, pb::InstalledService* m) {
  m->set_id(ToBytes(e.id.bytes));
  m->set_name(e.name);
  m->set_type(static_cast<uint32_t>(e.type));
  m->set_payload_identifier(e.payload_identifier);
  m->set_profile_identifier(e.profile_identifier);
  m->set_provider_bundle_id(e.provider_bundle_id);
  m->set_remote_address(e.remote_address);
  m->set_scope(static_cast<uint32_t>(e.scope));
  m->set_enabled(e.enabled);
  m->set_on_demand(e.on_demand);
  if (e.full_tunnel) m->set_full_tunnel(*e.full_tunnel);
}
bool FromProto(const pb::InstalledService& m, ServiceFacts* e) {
  e->name = m.name();
  e->type = EnumOf<ServiceType>(m.type());
  e->payload_identifier = m.payload_identifier();
  e->profile_identifier = m.profile_identifier();
  e->provider_bundle_id = m.provider_bundle_id();
  e->remote_address = m.remote_address();
  e->scope = EnumOf<ProfileScope>(m.scope());
  e->enabled = m.enabled();
  e->on_demand = m.on_demand();
  if (m.has_full_tunnel()) e->full_tunnel = m.full_tunnel();
  return FromBytes(m.id(), &e->id.bytes);
}
void ToProto(const ProxyFacts& e, pb::InstalledProxy* m) {
  m->set_bundle_id(e.bundle_id);
  m->set_name(e.name);
  m->set_profile_identifier(e.profile_identifier);
  m->set_order_state(static_cast<uint32_t>(e.order_state));
  m->set_order(e.order);
}
ProxyFacts ProxyOf(const pb::InstalledProxy& m) {
  return {m.bundle_id(), m.name(), m.profile_identifier(), EnumOf<OrderState>(m.order_state()), m.order()};
}
void ToProto(const FilterFacts& e, pb::InstalledFilter* m) {
  m->set_bundle_id(e.bundle_id);
  m->set_plugin_bundle_id(e.plugin_bundle_id);
  m->set_name(e.name);
  m->set_profile_identifier(e.profile_identifier);
  m->set_grade(e.grade);
  m->set_sockets(e.sockets);
  m->set_packets(e.packets);
  m->set_enabled(e.enabled);
  if (e.running) m->set_running(*e.running);
}
FilterFacts FilterOf(const pb::InstalledFilter& m) {
  FilterFacts e{m.bundle_id(), m.plugin_bundle_id(), m.name(),    m.profile_identifier(),
                m.grade(),     m.sockets(),          m.packets(), m.enabled(),
                std::nullopt};
  if (m.has_running()) e.running = m.running();
  return e;
}
void ToProto(const ExtensionFacts& e, pb::InstalledExtension* m) {
  m->set_team_id(e.team_id);
  m->set_bundle_id(e.bundle_id);
  m->set_version(e.version);
  m->set_state(e.state);
}
void ToProto(const ProfileFinding& e, pb::InstalledFinding* m) {
  m->set_code(e.code);
  m->set_profile(e.profile);
  m->set_message(e.message);
}
void ToProto(const InstalledFacts& e, pb::InstalledChanged* m) {
  for (const auto& x : e.services) ToProto(x, m->add_services());
  for (const auto& x : e.proxies) ToProto(x, m->add_proxies());
  for (const auto& x : e.filters) ToProto(x, m->add_filters());
  for (const auto& x : e.extensions) ToProto(x, m->add_extensions());
  for (const auto& x : e.findings) ToProto(x, m->add_findings());
}
bool FromProto(const pb::InstalledChanged& m, InstalledFacts* e) {
  for (const auto& x : m.services()) {
    if (!FromProto(x, &e->services.emplace_back())) return false;
  }
  for (const auto& x : m.proxies()) e->proxies.push_back(ProxyOf(x));
  for (const auto& x : m.filters()) e->filters.push_back(FilterOf(x));
  for (const auto& x : m.extensions())
    e->extensions.push_back({x.team_id(), x.bundle_id(), x.version(), x.state()});
  for (const auto& x : m.findings()) e->findings.push_back({x.code(), x.profile(), x.message()});
  return true;
}

void ToProto(const ProbeResult& e, pb::ProbeAnswered* m) {
  m->set_service(ToBytes(e.service.bytes));
  m->set_target(e.target);
  m->set_ok(e.ok);
  m->set_error(e.error);
  m->set_round_trip_ns(absl::ToInt64Nanoseconds(e.round_trip));
}
bool FromProto(const pb::ProbeAnswered& m, ProbeResult* e) {
  e->target = m.target();
  e->ok = m.ok();
  e->error = m.error();
  e->round_trip = absl::Nanoseconds(m.round_trip_ns());
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const PolicyChange& e, pb::PolicyChanged* m) {
  m->set_outcome(static_cast<uint32_t>(e.outcome));
  m->set_version(e.version);
  m->set_policy_id(ToBytes(e.id));
  m->set_source(e.source);
  m->set_error(e.error);
}
bool FromProto(const pb::PolicyChanged& m, PolicyChange* e) {
  e->outcome = EnumOf<PolicyChange::Outcome>(m.outcome());
  e->version = m.version();
  e->source = m.source();
  e->error = m.error();
  return FromBytes(m.policy_id(), &e->id);
}
void ToProto(const SessionManagerRestarted& e, pb::SessionManagerRestarted* m) {
  m->set_detail(e.detail);
}
bool FromProto(const pb::SessionManagerRestarted& m, SessionManagerRestarted* e) {
  e->detail = m.detail();
  return true;
}
void ToProto(const UserRequest& e, pb::UserRequested* m) {
  m->set_verb(static_cast<uint32_t>(e.verb));
  m->set_service(ToBytes(e.service.bytes));
  m->set_uid(e.uid);
  m->set_user(e.user);
  m->set_reason(e.reason);
  m->set_duration_ns(absl::ToInt64Nanoseconds(e.duration));
}
bool FromProto(const pb::UserRequested& m, UserRequest* e) {
  e->verb = EnumOf<UserRequest::Verb>(m.verb());
  e->uid = m.uid();
  e->user = m.user();
  e->reason = m.reason();
  e->duration = absl::Nanoseconds(m.duration_ns());
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const ClockJump& e, pb::ClockJumped* m) {
  m->set_wall_minus_mono_ns(absl::ToInt64Nanoseconds(e.wall_minus_mono));
}
bool FromProto(const pb::ClockJumped& m, ClockJump* e) {
  e->wall_minus_mono = absl::Nanoseconds(m.wall_minus_mono_ns());
  return true;
}

// --- outcomes
void ToProto(const Command& e, pb::CommandIssued* m) {
  m->set_id(e.id);
  m->set_verb(static_cast<uint32_t>(e.verb));
  m->set_service(ToBytes(e.service.bytes));
  m->set_why(e.why);
  m->set_as_user(e.as_user);
  m->set_counted(e.counted);
  m->set_dry_run(e.dry_run);
}
bool FromProto(const pb::CommandIssued& m, Command* e) {
  e->id = m.id();
  e->verb = EnumOf<Command::Verb>(m.verb());
  e->why = m.why();
  e->as_user = m.as_user();
  e->counted = m.counted();
  e->dry_run = m.dry_run();
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const CommandOutcome& e, pb::CommandEnded* m) {
  m->set_id(e.id);
  m->set_service(ToBytes(e.service.bytes));
  m->set_result(static_cast<uint32_t>(e.result));
  m->set_cause(static_cast<uint32_t>(e.cause));
  m->set_detail(e.detail);
}
bool FromProto(const pb::CommandEnded& m, CommandOutcome* e) {
  e->id = m.id();
  e->result = EnumOf<CommandOutcome::Result>(m.result());
  e->cause = EnumOf<FailureCause>(m.cause());
  e->detail = m.detail();
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const Verdict& e, pb::VerdictChanged* m) {
  m->set_key(e.key);
  m->set_rule(e.rule);
  m->set_service(ToBytes(e.service.bytes));
  m->set_service_name(e.service_name);
  m->set_time_class(static_cast<uint32_t>(e.time_class));
  m->set_cause(e.cause);
  m->set_detail(e.detail);
}
bool FromProto(const pb::VerdictChanged& m, Verdict* e) {
  e->key = m.key();
  e->rule = m.rule();
  e->service_name = m.service_name();
  // A class of a later version is not one we may count as anything good.
  e->time_class = m.time_class() < kTimeClassCount ? EnumOf<TimeClass>(m.time_class()) : TimeClass::kUnknown;
  e->cause = m.cause();
  e->detail = m.detail();
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const IncidentOpened& e, pb::IncidentOpened* m) {
  m->set_name(e.name);
  m->set_severity(e.severity);
  m->set_key(e.key);
  m->set_summary(e.summary);
  m->set_evidence(e.evidence);
  m->set_suspects(e.suspects);
}
bool FromProto(const pb::IncidentOpened& m, IncidentOpened* e) {
  *e = {m.name(), m.severity(), m.key(), m.summary(), m.evidence(), m.suspects()};
  return true;
}
void ToProto(const IncidentClosed& e, pb::IncidentClosed* m) {
  m->set_name(e.name);
  m->set_key(e.key);
  m->set_opened_seq(e.opened_seq);
  m->set_reason(e.reason);
}
bool FromProto(const pb::IncidentClosed& m, IncidentClosed* e) {
  *e = {m.name(), m.key(), m.opened_seq(), m.reason()};
  return true;
}
void ToProto(const CheckResult& e, pb::CheckAnswered* m) {
  m->set_name(e.name);
  m->set_passed(e.passed);
  m->set_detail(e.detail);
}
bool FromProto(const pb::CheckAnswered& m, CheckResult* e) {
  *e = {m.name(), m.passed(), m.detail()};
  return true;
}
void ToProto(const OverrideBegan& e, pb::OverrideBegan* m) {
  m->set_service(ToBytes(e.service.bytes));
  m->set_uid(e.uid);
  m->set_user(e.user);
  m->set_reason(e.reason);
  m->set_until_wall_ns(e.until_wall.ns);
  m->set_until_mono_ns(e.until_mono.ns);
}
bool FromProto(const pb::OverrideBegan& m, OverrideBegan* e) {
  e->uid = m.uid();
  e->user = m.user();
  e->reason = m.reason();
  e->until_wall.ns = m.until_wall_ns();
  e->until_mono.ns = m.until_mono_ns();
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const OverrideEnded& e, pb::OverrideEnded* m) {
  m->set_service(ToBytes(e.service.bytes));
  m->set_why(e.why);
}
bool FromProto(const pb::OverrideEnded& m, OverrideEnded* e) {
  e->why = m.why();
  return FromBytes(m.service(), &e->service.bytes);
}

template <class Value, class Message>
std::string Encode(const Value& value) {
  Message message;
  ToProto(value, &message);
  return message.SerializeAsString();
}

struct Encoder {
  std::string operator()(const EpochBegan& e) const { return Encode<EpochBegan, pb::EpochBegan>(e); }
  std::string operator()(const Gap& e) const { return Encode<Gap, pb::Gap>(e); }
  std::string operator()(const Pruned& e) const { return Encode<Pruned, pb::Pruned>(e); }
  std::string operator()(const AgentStarted& e) const { return Encode<AgentStarted, pb::AgentStarted>(e); }
  std::string operator()(const AgentStopped& e) const { return Encode<AgentStopped, pb::AgentStopped>(e); }
  std::string operator()(const SessionEvent& e) const {
    return Encode<SessionEvent, pb::SessionStateChanged>(e);
  }
  std::string operator()(const PathFacts& e) const { return Encode<PathFacts, pb::PathChanged>(e); }
  std::string operator()(const PowerChanged& e) const { return Encode<PowerChanged, pb::PowerChanged>(e); }
  std::string operator()(const ConsoleUser& e) const {
    return Encode<ConsoleUser, pb::ConsoleUserChanged>(e);
  }
  std::string operator()(const InstalledFacts& e) const {
    return Encode<InstalledFacts, pb::InstalledChanged>(e);
  }
  std::string operator()(const ProbeResult& e) const { return Encode<ProbeResult, pb::ProbeAnswered>(e); }
  std::string operator()(const PolicyChange& e) const { return Encode<PolicyChange, pb::PolicyChanged>(e); }
  std::string operator()(const SessionManagerRestarted& e) const {
    return Encode<SessionManagerRestarted, pb::SessionManagerRestarted>(e);
  }
  std::string operator()(const UserRequest& e) const { return Encode<UserRequest, pb::UserRequested>(e); }
  std::string operator()(const ClockJump& e) const { return Encode<ClockJump, pb::ClockJumped>(e); }
  std::string operator()(const Command& e) const { return Encode<Command, pb::CommandIssued>(e); }
  std::string operator()(const CommandOutcome& e) const {
    return Encode<CommandOutcome, pb::CommandEnded>(e);
  }
  std::string operator()(const Verdict& e) const { return Encode<Verdict, pb::VerdictChanged>(e); }
  std::string operator()(const IncidentOpened& e) const {
    return Encode<IncidentOpened, pb::IncidentOpened>(e);
  }
  std::string operator()(const IncidentClosed& e) const {
    return Encode<IncidentClosed, pb::IncidentClosed>(e);
  }
  std::string operator()(const CheckResult& e) const { return Encode<CheckResult, pb::CheckAnswered>(e); }
  std::string operator()(const OverrideBegan& e) const { return Encode<OverrideBegan, pb::OverrideBegan>(e); }
  std::string operator()(const OverrideEnded& e) const { return Encode<OverrideEnded, pb::OverrideEnded>(e); }
};

template <class Value, class Message>
absl::StatusOr<Event> Decode(uint16_t kind, absl::string_view payload) {
  Message message;
  Value value;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      !FromProto(message, &value)) {
    return absl::DataLossError(absl::StrCat("payload of a ",
                                            std::string(RowKindName(static_cast<RowKind>(kind))),
                                            " row is not its message (", payload.size(), " bytes)"));
  }
  return Event(std::move(value));
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  return std::visit(Encoder{}, event);
}

absl::StatusOr<Event> DecodeEvent(uint16_t kind, uint16_t payload_version, absl::string_view payload) {
  if (payload_version != kPayloadVersion) {
    return absl::UnimplementedError(absl::StrCat("payload version ", payload_version, " of row kind ", kind,
                                                 " is newer than this program"));
  }
  switch (static_cast<RowKind>(kind)) {
    case RowKind::kEpochBegan:
      return Decode<EpochBegan, pb::EpochBegan>(kind, payload);
    case RowKind::kGap:
      return Decode<Gap, pb::Gap>(kind, payload);
    case RowKind::kPruned:
      return Decode<Pruned, pb::Pruned>(kind, payload);
    case RowKind::kAgentStarted:
      return Decode<AgentStarted, pb::AgentStarted>(kind, payload);
    case RowKind::kAgentStopped:
      return Decode<AgentStopped, pb::AgentStopped>(kind, payload);
    case RowKind::kSession:
      return Decode<SessionEvent, pb::SessionStateChanged>(kind, payload);
    case RowKind::kPath:
      return Decode<PathFacts, pb::PathChanged>(kind, payload);
    case RowKind::kPower:
      return Decode<PowerChanged, pb::PowerChanged>(kind, payload);
    case RowKind::kConsoleUser:
      return Decode<ConsoleUser, pb::ConsoleUserChanged>(kind, payload);
    case RowKind::kInstalled:
      return Decode<InstalledFacts, pb::InstalledChanged>(kind, payload);
    case RowKind::kProbe:
      return Decode<ProbeResult, pb::ProbeAnswered>(kind, payload);
    case RowKind::kPolicy:
      return Decode<PolicyChange, pb::PolicyChanged>(kind, payload);
    case RowKind::kSessionManager:
      return Decode<SessionManagerRestarted, pb::SessionManagerRestarted>(kind, payload);
    case RowKind::kUserRequest:
      return Decode<UserRequest, pb::UserRequested>(kind, payload);
    case RowKind::kClockJump:
      return Decode<ClockJump, pb::ClockJumped>(kind, payload);
    case RowKind::kCommand:
      return Decode<Command, pb::CommandIssued>(kind, payload);
    case RowKind::kCommandOutcome:
      return Decode<CommandOutcome, pb::CommandEnded>(kind, payload);
    case RowKind::kVerdict:
      return Decode<Verdict, pb::VerdictChanged>(kind, payload);
    case RowKind::kIncidentOpened:
      return Decode<IncidentOpened, pb::IncidentOpened>(kind, payload);
    case RowKind::kIncidentClosed:
      return Decode<IncidentClosed, pb::IncidentClosed>(kind, payload);
    case RowKind::kCheck:
      return Decode<CheckResult, pb::CheckAnswered>(kind, payload);
    case RowKind::kOverrideBegan:
      return Decode<OverrideBegan, pb::OverrideBegan>(kind, payload);
    case RowKind::kOverrideEnded:
      return Decode<OverrideEnded, pb::OverrideEnded>(kind, payload);
  }
  return absl::UnimplementedError(absl::StrCat("row kind ", kind, " is newer than this program"));
}

}  // namespace holdfast::wire
