#include "agent/control/translate.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/control/frame.h"
#include "base/error.h"
#include "core/incidents/registry.h"
#include "proto/wire/event_codec.h"

namespace holdfast::control {
namespace {

constexpr int kDefaultRows = 200;
constexpr int kMaxRows = 5000;
constexpr size_t kMaxCredential = 1024;
constexpr size_t kHistoryBytes = kMaxResponse - (size_t{16} << 10);

// A monotonic time of this boot as Unix time, by today's reading of both clocks; 0 stays "not known".
int64_t UnixOf(MonoTime t, const Stamp& now) {
  return t.ns == 0 ? 0 : now.wall.ns - (now.mono.ns - t.ns);
}
int64_t UnixOf(const std::optional<MonoTime>& t, const Stamp& now) {
  return t ? UnixOf(*t, now) : 0;
}

std::string TextOf(const ProxyFacts& proxy) {
  switch (proxy.order_state) {
    case OrderState::kMissing:
      return "missing";
    case OrderState::kValid:
      return absl::StrCat(proxy.order);
    case OrderState::kMistyped:
      return "mistyped";
    case OrderState::kOutOfRange:
      return "out of range";
  }
  return "unknown";
}

void FillFacts(const ServiceFacts& facts, v1::LocalService& out) {
  if (!facts.id.IsNil()) out.set_service_id(facts.id.ToString());
  out.set_name(facts.name);
  out.set_type(std::string(ServiceTypeName(facts.type)));
  out.set_provider_bundle_id(facts.provider_bundle_id);
  out.set_payload_identifier(facts.payload_identifier);
  out.set_profile_identifier(facts.profile_identifier);
  out.set_remote_address(facts.remote_address);
  out.set_enabled(facts.enabled);
  out.set_on_demand(facts.on_demand);
}

void FillService(const ServiceView& view, const Stamp& now, v1::LocalService& out) {
  FillFacts(view.facts, out);
  out.set_key(view.key);
  out.set_rule(view.rule);
  out.set_required(!view.key.empty());
  out.set_status(std::string(SessionStatusName(view.status)));
  out.set_status_since_unix_ns(UnixOf(view.status_since, now));
  const TimeClass time_class = view.key.empty() ? TimeClass::kNotRequired : view.verdict.time_class;
  out.set_time_class(std::string(TimeClassName(time_class)));
  out.set_cause(view.verdict.cause);
  out.set_detail(view.verdict.detail);
  out.set_class_since_unix_ns(UnixOf(view.verdict_since, now));
  for (const std::string& reason : view.reasons) out.add_reasons(reason);
  out.mutable_next()->set_what(view.next.what);
  // A step is ahead or due now: an older time says nothing about what comes next.
  const bool ahead = view.next.at && *view.next.at >= now.mono;
  out.mutable_next()->set_at_unix_ns(ahead ? UnixOf(view.next.at, now) : 0);
  out.mutable_next()->set_why(view.next.why);
  out.set_attempts_last_hour(view.attempts_last_hour);
  out.set_attempts_left_now(view.attempts_left_now);
  out.set_failures_in_row(view.failures_in_row);
  out.set_circuit_open(view.circuit_open);
  out.set_override_until_unix_ns(UnixOf(view.override_until, now));
}

void FillUplink(const UplinkView& view, v1::LocalUplink& out) {
  out.set_state(view.state);
  out.set_server(view.server);
  out.set_device_id(view.device_id);
  out.set_acked_through(view.acked_through);
  out.set_last_seq(view.last_seq);
  out.set_unacknowledged_rows(view.last_seq - std::min(view.acked_through, view.last_seq));
  out.set_epoch(EpochToString(view.epoch));
  if (view.last_contact) out.set_last_contact_unix_ns(view.last_contact->ns);
  if (view.next_try) out.set_next_try_unix_ns(view.next_try->ns);
  out.set_last_error(view.last_error);
}

void FillPosture(const PostureFacts& posture, v1::LocalService& out) {
  if (posture.include_all_networks) out.set_include_all_networks(*posture.include_all_networks);
  if (posture.enforce_routes) out.set_enforce_routes(*posture.enforce_routes);
}

// What `explain` needs besides the services themselves.
void FillSystem(const EngineView& engine, v1::GetStatusResponse& out) {
  if (engine.network != NetworkFacts{}) {
    v1::LocalNetwork& network = *out.mutable_network();
    network.set_route_v4(engine.network.route_v4);
    network.set_route_v6(engine.network.route_v6);
    for (const InterfaceFacts& interface : engine.network.interfaces) {
      auto* to = network.add_interfaces();
      to->set_name(interface.name);
      to->set_up(interface.up);
      to->set_tunnel(interface.tunnel);
    }
  }
  if (!engine.system) return;
  for (const DnsProxyFacts& proxy : engine.system->dns_proxies) {
    auto* to = out.mutable_dns_proxies()->add_proxies();
    to->set_bundle_id(proxy.bundle_id);
    to->set_name(proxy.name);
    to->set_enabled(proxy.enabled);
  }
  out.mutable_dns_proxies();  // none is known too
  for (int i = 0; i < out.services_size(); ++i) {
    for (const PostureFacts& posture : engine.system->postures) {
      if (posture.service == engine.services[static_cast<size_t>(i)].facts.id)
        FillPosture(posture, *out.mutable_services(i));
    }
  }
}

void FillChecks(const EngineView& engine, v1::GetStatusResponse& out) {
  for (const CheckResult& check : engine.checks) {
    auto* to = out.add_checks();
    to->set_name(check.name);
    to->set_passed(check.passed);
    to->set_detail(check.detail);
  }
  for (const ProxyFacts& proxy : engine.proxies) {
    auto* to = out.add_proxies();
    to->set_bundle_id(proxy.bundle_id);
    to->set_name(proxy.name);
    to->set_order(TextOf(proxy));
    to->set_profile_identifier(proxy.profile_identifier);
  }
  for (const FilterFacts& filter : engine.filters) {
    auto* to = out.add_filters();
    to->set_bundle_id(filter.bundle_id);
    to->set_name(filter.name);
    to->set_grade(filter.grade);
    to->set_running(!filter.running ? "unknown" : *filter.running ? "yes" : "no");
    to->set_enabled(filter.enabled);
  }
}

void FillIncident(const OpenIncident& open, v1::LocalIncident& out) {
  out.set_name(open.incident.name);
  out.set_severity(open.incident.severity);
  out.set_key(open.incident.key);
  out.set_summary(open.incident.summary);
  out.set_evidence(open.incident.evidence);
  out.set_suspects(open.incident.suspects);
  out.set_opened_unix_ns(open.opened.wall.ns);
  const IncidentKind* kind = FindIncidentKind(open.incident.name);
  if (kind != nullptr) out.set_remedy(std::string(kind->remedy));
}

absl::StatusOr<UserRequest::Verb> VerbOf(v1::RequestActionRequest::Verb verb) {
  switch (verb) {
    case v1::RequestActionRequest::VERB_CONNECT:
      return UserRequest::Verb::kConnect;
    case v1::RequestActionRequest::VERB_DISCONNECT:
      return UserRequest::Verb::kDisconnect;
    case v1::RequestActionRequest::VERB_OVERRIDE:
      return UserRequest::Verb::kOverride;
    case v1::RequestActionRequest::VERB_END_OVERRIDE:
      return UserRequest::Verb::kEndOverride;
    default:
      return absl::InvalidArgumentError(absl::StrCat("unknown action ", static_cast<int>(verb)));
  }
}

absl::StatusOr<Credential> CredentialOf(const v1::RequestActionRequest& request) {
  Credential shown;
  for (const auto& [kind, text] : {std::pair(Credential::Kind::kPasscode, request.passcode()),
                                   std::pair(Credential::Kind::kCode, request.code()),
                                   std::pair(Credential::Kind::kTicket, request.ticket())}) {
    if (text.empty()) continue;
    if (shown.kind != Credential::Kind::kNone) {
      return absl::InvalidArgumentError("show a passcode, a code or a ticket, and only one of them");
    }
    if (text.size() > kMaxCredential) return absl::InvalidArgumentError("what is shown is too long");
    shown.kind = kind;
    shown.text = text;
  }
  return shown;
}

}  // namespace

v1::GetStatusResponse ToProto(const StatusView& view) {
  v1::GetStatusResponse out;
  const EngineView& engine = view.engine;
  out.set_agent_version(view.agent_version);
  out.set_enforcement_mode(std::string(EnforcementModeName(engine.mode)));
  out.set_policy_version(engine.policy_version);
  out.set_policy_id(ToHex(engine.policy_id));
  out.set_policy_source(engine.policy_source);
  out.set_policy_error(engine.policy_error);
  out.set_network_satisfied(engine.path.satisfied);
  out.set_network_interface(engine.path.interface_name);
  out.set_captive_portal(engine.portal == PortalState::kCaptive);
  out.set_trusted_network(engine.trusted_network);
  out.set_asleep(engine.asleep);
  out.set_console_user_present(engine.console_user.present);
  out.set_console_user(engine.console_user.name);
  for (const ServiceView& service : engine.services) FillService(service, view.now, *out.add_services());
  for (const OpenIncident& incident : engine.incidents) FillIncident(incident, *out.add_incidents());
  FillChecks(engine, out);
  FillSystem(engine, out);
  FillUplink(view.uplink, *out.mutable_uplink());
  out.set_now_unix_ns(view.now.wall.ns);
  for (const std::string& warning : view.warnings) out.add_warnings(warning);
  return out;
}

v1::GetLocalPolicyResponse ToProto(const PolicyView& view) {
  v1::GetLocalPolicyResponse out;
  for (const PolicyKeyView& key : view.keys) {
    auto* to = out.add_keys();
    to->set_path(key.path);
    to->set_value(key.value);
    to->set_origin(key.origin);
  }
  out.set_version(view.version);
  out.set_policy_id(view.policy_id);
  out.set_source(view.source);
  out.set_document(view.document);
  return out;
}

v1::LocalHistoryRow ToProto(const journal::Row& row, bool acknowledged) {
  v1::LocalHistoryRow out;
  out.set_seq(row.seq);
  out.set_wall_ns(row.at.wall.ns);
  out.set_kind(std::string(RowKindName(static_cast<RowKind>(row.kind))));
  out.set_subject(row.subject);
  out.set_acknowledged(acknowledged);
  const absl::StatusOr<Event> event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
  out.set_text(event.ok() ? Describe(*event) : absl::StrCat("not readable here: ", event.status().message()));
  return out;
}

absl::StatusOr<journal::Filter> ToFilter(const v1::ListLocalHistoryRequest& request) {
  journal::Filter filter;
  filter.after_seq = request.after_seq();
  if (request.from_unix_ns() > 0) filter.from = WallTime{request.from_unix_ns()};
  for (const std::string& name : request.kinds()) {
    const absl::StatusOr<RowKind> kind = ParseRowKind(name);
    if (!kind.ok()) return kind.status();
    filter.kinds.push_back(static_cast<uint16_t>(*kind));
  }
  filter.subject = request.subject();
  filter.limit = request.limit() <= 0 ? kDefaultRows : std::min(request.limit(), kMaxRows);
  filter.newest_first = request.after_seq() == 0;  // without a place to go on from, the newest are meant
  return filter;
}

v1::ListLocalHistoryResponse ToHistory(const std::vector<journal::Row>& rows, uint64_t acked_through) {
  const bool newest_first = rows.size() > 1 && rows.front().seq > rows.back().seq;
  v1::ListLocalHistoryResponse out;
  size_t bytes = 0;
  for (const journal::Row& row : rows) {
    v1::LocalHistoryRow translated = ToProto(row, row.seq <= acked_through);
    bytes += translated.ByteSizeLong() + 8;
    if (bytes > kHistoryBytes) {
      out.set_truncated(true);
      break;
    }
    *out.add_rows() = std::move(translated);
  }
  if (newest_first) std::reverse(out.mutable_rows()->begin(), out.mutable_rows()->end());
  return out;
}

absl::StatusOr<UserRequest> ToUserRequest(const v1::RequestActionRequest& request) {
  const absl::StatusOr<UserRequest::Verb> verb = VerbOf(request.verb());
  if (!verb.ok()) return verb.status();
  if (request.duration_ns() < 0) return absl::InvalidArgumentError("a duration cannot be negative");
  UserRequest out;
  out.verb = *verb;
  out.reason = request.reason();
  out.duration = absl::Nanoseconds(request.duration_ns());
  HOLDFAST_ASSIGN_OR_RETURN(out.credential, CredentialOf(request));
  return out;
}

}  // namespace holdfast::control
