// What the agent took in: facts and requests, as messages.
#include "proto/wire/event_messages.h"
#include "proto/wire/scalars.h"

namespace holdfast::wire {
namespace {

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
}  // namespace

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

void ToProto(const NetworkFacts& e, pb::NetworkChanged* m) {
  for (const InterfaceFacts& x : e.interfaces) {
    auto* to = m->add_interfaces();
    to->set_name(x.name);
    to->set_up(x.up);
    to->set_tunnel(x.tunnel);
  }
  m->set_route_v4(e.route_v4);
  m->set_route_v6(e.route_v6);
  for (const ResolverFacts& x : e.resolvers) {
    auto* to = m->add_resolvers();
    to->set_address(x.address);
    to->set_interface_name(x.interface_name);
  }
  if (e.private_relay) m->set_private_relay(*e.private_relay);
}
bool FromProto(const pb::NetworkChanged& m, NetworkFacts* e) {
  for (const auto& x : m.interfaces()) e->interfaces.push_back({x.name(), x.up(), x.tunnel()});
  e->route_v4 = m.route_v4();
  e->route_v6 = m.route_v6();
  for (const auto& x : m.resolvers()) e->resolvers.push_back({x.address(), x.interface_name()});
  if (m.has_private_relay()) e->private_relay = m.private_relay();
  return true;
}
void ToProto(const PortalFacts& e, pb::PortalChanged* m) {
  m->set_state(static_cast<uint32_t>(e.state));
  m->set_network_id(e.network_id);
  m->set_detail(e.detail);
}
bool FromProto(const pb::PortalChanged& m, PortalFacts* e) {
  *e = {EnumOf<PortalState>(m.state()), m.network_id(), m.detail()};
  return true;
}
void ToProto(const BeaconFacts& e, pb::BeaconAnswered* m) {
  m->set_name(e.name);
  m->set_network_id(e.network_id);
  m->set_proven(e.proven);
  m->set_detail(e.detail);
}
bool FromProto(const pb::BeaconAnswered& m, BeaconFacts* e) {
  *e = {m.name(), m.network_id(), m.proven(), m.detail()};
  return true;
}
void ToProto(const RestartBrake& e, pb::RestartBrakeChanged* m) {
  m->set_lasts_ns(absl::ToInt64Nanoseconds(e.lasts));
  m->set_reason(e.reason);
}
bool FromProto(const pb::RestartBrakeChanged& m, RestartBrake* e) {
  *e = {absl::Nanoseconds(m.lasts_ns()), m.reason()};
  return true;
}
void ToProto(const StartBurst& e, pb::StartBurstSeen* m) {
  m->set_service(ToBytes(e.service.bytes));
  m->set_requested_by(e.requested_by);
  m->set_starts(e.starts);
  m->set_within_ns(absl::ToInt64Nanoseconds(e.within));
}
bool FromProto(const pb::StartBurstSeen& m, StartBurst* e) {
  e->requested_by = m.requested_by();
  e->starts = m.starts();
  e->within = absl::Nanoseconds(m.within_ns());
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const SetupFacts& e, pb::SetupChanged* m) {
  m->set_running(e.running);
}
bool FromProto(const pb::SetupChanged& m, SetupFacts* e) {
  e->running = m.running();
  return true;
}

}  // namespace holdfast::wire
