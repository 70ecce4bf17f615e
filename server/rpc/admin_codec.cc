#include "server/rpc/admin_codec.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/rpc/timestamps.h"

namespace holdfast::server {
namespace {

v1::TimeClass ToProto(TimeClass c) {
  return c == TimeClass::kNotRequired ? v1::TIME_CLASS_NOT_REQUIRED
                                      : static_cast<v1::TimeClass>(static_cast<int>(c));
}

absl::StatusOr<TimeClass> FromProto(v1::TimeClass c) {
  if (c == v1::TIME_CLASS_NOT_REQUIRED) return TimeClass::kNotRequired;
  if (c <= v1::TIME_CLASS_UNSPECIFIED || c > v1::TIME_CLASS_UNKNOWN) {
    return absl::InvalidArgumentError(absl::StrCat("there is no class of time ", static_cast<int>(c)));
  }
  return static_cast<TimeClass>(c);
}

std::string Bytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

absl::StatusOr<Sha256Digest> Digest(const std::string& bytes) {
  Sha256Digest out{};
  if (bytes.size() != out.size()) return absl::InvalidArgumentError("a hash must have 32 bytes");
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

v1::ServiceState ToProto(const ServiceState& m) {
  v1::ServiceState out;
  out.set_key(m.key);
  out.set_rule(m.rule);
  if (!m.service.IsNil()) out.set_service_id(m.service.ToString());
  out.set_service_name(m.service_name);
  out.set_time_class(ToProto(m.time_class));
  out.set_cause(m.cause);
  out.set_detail(m.detail);
  SetTime(m.since, out.mutable_since());
  return out;
}

v1::ClassTotals ToProto(const ClassTotals& m) {
  const auto at = [&](TimeClass c) { return m[static_cast<size_t>(c)]; };
  v1::ClassTotals out;
  out.set_protected_ns(at(TimeClass::kProtected));
  out.set_violation_ns(at(TimeClass::kViolation));
  out.set_excused_ns(at(TimeClass::kExcused));
  out.set_no_network_ns(at(TimeClass::kNoNetwork));
  out.set_awaiting_user_ns(at(TimeClass::kAwaitingUser));
  out.set_asleep_or_off_ns(at(TimeClass::kAsleepOrOff));
  out.set_observed_only_ns(at(TimeClass::kObservedOnly));
  out.set_unknown_ns(at(TimeClass::kUnknown));
  out.set_not_required_ns(at(TimeClass::kNotRequired));
  return out;
}

ClassTotals FromProto(const v1::ClassTotals& m) {
  ClassTotals out{};
  const auto at = [&](TimeClass c) -> int64_t& { return out[static_cast<size_t>(c)]; };
  at(TimeClass::kProtected) = m.protected_ns();
  at(TimeClass::kViolation) = m.violation_ns();
  at(TimeClass::kExcused) = m.excused_ns();
  at(TimeClass::kNoNetwork) = m.no_network_ns();
  at(TimeClass::kAwaitingUser) = m.awaiting_user_ns();
  at(TimeClass::kAsleepOrOff) = m.asleep_or_off_ns();
  at(TimeClass::kObservedOnly) = m.observed_only_ns();
  at(TimeClass::kUnknown) = m.unknown_ns();
  at(TimeClass::kNotRequired) = m.not_required_ns();
  return out;
}

v1::Outages ToProto(const compliance::Outages& m) {
  v1::Outages out;
  out.set_count(m.count);
  out.set_longest_ns(m.longest_ns);
  out.set_first_ns(m.first_ns);
  out.set_last_ns(m.last_ns);
  return out;
}

compliance::Outages FromProto(const v1::Outages& m) {
  return {m.count(), m.longest_ns(), m.first_ns(), m.last_ns()};
}

v1::ServiceCompliance ToProto(const ServiceCompliance& m) {
  v1::ServiceCompliance out;
  out.set_device_id(m.device.ToString());
  out.set_hostname(m.hostname);
  out.set_key(m.key);
  out.set_rule(m.rule);
  out.set_service_name(m.service_name);
  *out.mutable_totals() = ToProto(m.totals);
  for (const CauseTotal& cause : m.causes) {
    v1::CauseTotal* total = out.add_causes();
    total->set_time_class(ToProto(cause.time_class));
    total->set_cause(cause.cause);
    total->set_ns(cause.ns);
  }
  if (const std::optional<double> share = ProtectedShare(m.totals)) out.set_protected_share(*share);
  out.set_uncertainty_ns(m.uncertainty_ns);
  *out.mutable_outages() = ToProto(m.outages);
  return out;
}

absl::StatusOr<ServiceCompliance> FromProto(const v1::ServiceCompliance& m) {
  ServiceCompliance out;
  HOLDFAST_ASSIGN_OR_RETURN(out.device, Uuid::Parse(m.device_id()));
  out.hostname = m.hostname();
  out.key = m.key();
  out.rule = m.rule();
  out.service_name = m.service_name();
  out.totals = FromProto(m.totals());
  for (const v1::CauseTotal& cause : m.causes()) {
    HOLDFAST_ASSIGN_OR_RETURN(const TimeClass time_class, FromProto(cause.time_class()));
    out.causes.push_back({time_class, cause.cause(), cause.ns()});
  }
  out.uncertainty_ns = m.uncertainty_ns();
  out.outages = FromProto(m.outages());
  return out;
}

absl::Status CheckPageSize(int32_t size) {
  if (size >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("page_size must not be negative, it is ", size));
}

}  // namespace

absl::StatusOr<ListDevicesRequest> FromProto(const v1::ListDevicesRequest& m) {
  HOLDFAST_RETURN_IF_ERROR(CheckPageSize(m.page_size()));
  ListDevicesRequest out{m.page_size(), m.page_token(), m.query(), m.group(), m.order_by(), {}, {}, {}};
  if (m.posture() != v1::TIME_CLASS_UNSPECIFIED) {
    HOLDFAST_ASSIGN_OR_RETURN(out.posture, FromProto(m.posture()));
  }
  if (m.reachability() != v1::REACHABILITY_UNSPECIFIED) {
    out.reachability = static_cast<Reachability>(static_cast<int>(m.reachability()));
  }
  if (m.lifecycle() != v1::LIFECYCLE_UNSPECIFIED) {
    HOLDFAST_ASSIGN_OR_RETURN(out.lifecycle, FromProto(m.lifecycle()));
  }
  return out;
}

absl::StatusOr<ListHistoryRequest> FromProto(const v1::ListHistoryRequest& m) {
  HOLDFAST_RETURN_IF_ERROR(CheckPageSize(m.page_size()));
  ListHistoryRequest out;
  out.device = m.device();
  if (m.has_from()) out.from = TimeOf<ServerTime>(m.from());
  if (m.has_to()) out.to = TimeOf<ServerTime>(m.to());
  out.kinds.assign(m.kinds().begin(), m.kinds().end());
  out.page_size = m.page_size();
  out.page_token = m.page_token();
  out.ascending = m.ascending();
  return out;
}

absl::StatusOr<ListIncidentsRequest> FromProto(const v1::ListIncidentsRequest& m) {
  HOLDFAST_RETURN_IF_ERROR(CheckPageSize(m.page_size()));
  ListIncidentsRequest out;
  out.device = m.device();
  out.open_only = m.open_only();
  out.name = m.name();
  if (m.has_from()) out.from = TimeOf<ServerTime>(m.from());
  if (m.has_to()) out.to = TimeOf<ServerTime>(m.to());
  out.page_size = m.page_size();
  out.page_token = m.page_token();
  return out;
}

absl::StatusOr<GetComplianceReportRequest> FromProto(const v1::GetComplianceReportRequest& m) {
  if (!m.has_from() || !m.has_to()) {
    return absl::InvalidArgumentError("a compliance report needs both 'from' and 'to'");
  }
  return GetComplianceReportRequest{TimeOf<ServerTime>(m.from()), TimeOf<ServerTime>(m.to()), m.device(),
                                    m.group()};
}

absl::StatusOr<CreateEnrollmentTokenRequest> FromProto(const v1::CreateEnrollmentTokenRequest& m) {
  if (m.lifetime_seconds() < 0 || m.quota() < 0) {
    return absl::InvalidArgumentError("an enrollment token's lifetime and quota must not be negative");
  }
  CreateEnrollmentTokenRequest out;
  out.group = m.group();
  out.lifetime = absl::Seconds(m.lifetime_seconds());
  out.quota = m.quota();
  out.allowed_serials.assign(m.allowed_serials().begin(), m.allowed_serials().end());
  return out;
}

PutPolicyRequest FromProto(const v1::PutPolicyRequest& m) {
  return {m.document(), m.group(), m.comment(), m.dry_run()};
}

GetPolicyRequest FromProto(const v1::GetPolicyRequest& m) {
  return {m.version(), m.group()};
}

ListAuditRequest FromProto(const v1::ListAuditRequest& m) {
  return {m.page_size(), m.page_token()};
}

v1::Device ToProto(const Device& m) {
  v1::Device out;
  const bool enrolled = m.reachability != Reachability::kNeverEnrolled;
  if (enrolled) out.set_device_id(m.id.ToString());
  out.set_hostname(m.hostname);
  out.set_serial_number(m.serial_number);
  out.set_model(m.model);
  out.set_os_version(m.os_version);
  out.set_agent_version(m.agent_version);
  out.set_group(m.group);
  out.set_reachability(static_cast<v1::Reachability>(static_cast<int>(m.reachability)));
  if (enrolled) {
    SetTime(m.enrolled, out.mutable_enrolled());
    SetTime(m.last_seen, out.mutable_last_seen());
    out.set_lifecycle(static_cast<v1::Lifecycle>(static_cast<int>(m.lifecycle.state)));
  }
  out.set_posture(ToProto(m.posture));
  out.set_open_incidents(m.open_incidents);
  out.set_policy_version(m.policy_version);
  out.set_policy_state(m.policy_state);
  out.set_revoked(m.revoked);
  out.set_clock_offset_ns(m.clock_offset_ns);
  for (const ServiceState& service : m.services) *out.add_services() = ToProto(service);
  if (m.epoch != 0) {
    out.set_epoch(EpochToString(m.epoch));
    out.set_stored_through(m.stored_through);
    out.set_chain_head(Bytes(m.chain_head));
  }
  out.set_platform_uuid(m.platform_uuid);
  if (m.lifecycle.at != ServerTime{}) SetTime(m.lifecycle.at, out.mutable_lifecycle_since());
  out.set_lifecycle_reason(m.lifecycle.reason);
  return out;
}

v1::HistoryRow ToProto(const HistoryRow& m) {
  v1::HistoryRow out;
  out.set_device_id(m.device.ToString());
  out.set_hostname(m.hostname);
  out.set_epoch(EpochToString(m.epoch));
  out.set_seq(m.seq);
  SetTime(m.at, out.mutable_at());
  out.set_uncertainty_ns(m.uncertainty_ns);
  SetTime(m.device_wall, out.mutable_device_wall());
  SetTime(m.received, out.mutable_received());
  out.set_kind(m.kind);
  out.set_subject(m.subject);
  out.set_text(m.text);
  out.set_hash(Bytes(m.hash));
  return out;
}

v1::Incident ToProto(const Incident& m) {
  v1::Incident out;
  out.set_incident_id(m.id.ToString());
  out.set_device_id(m.id.device.ToString());
  out.set_hostname(m.hostname);
  out.set_name(m.name);
  out.set_severity(m.severity);
  out.set_key(m.key);
  out.set_summary(m.summary);
  out.set_evidence(m.evidence);
  out.set_suspects(m.suspects);
  SetTime(m.opened, out.mutable_opened());
  if (m.closed) SetTime(*m.closed, out.mutable_closed());
  out.set_closed_reason(m.closed_reason);
  return out;
}

v1::ComplianceReport ToProto(const ComplianceReport& m) {
  v1::ComplianceReport out;
  SetTime(m.from, out.mutable_from());
  SetTime(m.to, out.mutable_to());
  SetTime(m.made, out.mutable_made());
  for (const ServiceCompliance& service : m.services) *out.add_services() = ToProto(service);
  *out.mutable_totals() = ToProto(m.totals);
  for (const ReportChainHead& head : m.chain_heads) {
    v1::ReportChainHead* chain = out.add_chain_heads();
    chain->set_device_id(head.device.ToString());
    chain->set_epoch(EpochToString(head.epoch));
    chain->set_seq(head.seq);
    chain->set_hash(Bytes(head.hash));
  }
  for (const DayTotals& day : m.days) {
    v1::DayTotals* totals = out.add_days();
    SetTime(day.begin, totals->mutable_begin());
    *totals->mutable_totals() = ToProto(day.totals);
  }
  out.set_devices(m.devices);
  out.set_device(m.device);
  out.set_group(m.group);
  return out;
}

absl::StatusOr<ComplianceReport> FromProto(const v1::ComplianceReport& m) {
  ComplianceReport out;
  out.from = TimeOf<ServerTime>(m.from());
  out.to = TimeOf<ServerTime>(m.to());
  out.made = TimeOf<ServerTime>(m.made());
  for (const v1::ServiceCompliance& service : m.services()) {
    HOLDFAST_ASSIGN_OR_RETURN(ServiceCompliance row, FromProto(service));
    out.services.push_back(std::move(row));
  }
  out.totals = FromProto(m.totals());
  for (const v1::ReportChainHead& chain : m.chain_heads()) {
    ReportChainHead head;
    HOLDFAST_ASSIGN_OR_RETURN(head.device, Uuid::Parse(chain.device_id()));
    HOLDFAST_ASSIGN_OR_RETURN(head.epoch, ParseEpoch(chain.epoch()));
    head.seq = chain.seq();
    HOLDFAST_ASSIGN_OR_RETURN(head.hash, Digest(chain.hash()));
    out.chain_heads.push_back(head);
  }
  for (const v1::DayTotals& day : m.days()) {
    out.days.push_back({TimeOf<ServerTime>(day.begin()), FromProto(day.totals())});
  }
  out.devices = m.devices();
  out.device = m.device();
  out.group = m.group();
  return out;
}

v1::PolicyInfo ToProto(const PolicyInfo& m) {
  v1::PolicyInfo out;
  out.set_version(m.version);
  out.set_policy_id(ToHex(m.id));
  out.set_group(m.group);
  SetTime(m.created, out.mutable_created());
  out.set_created_by(m.created_by);
  out.set_comment(m.comment);
  return out;
}

v1::EnrollmentToken ToProto(const EnrollmentToken& m) {
  v1::EnrollmentToken out;
  out.set_token_id(m.id);
  out.set_group(m.group);
  SetTime(m.created, out.mutable_created());
  SetTime(m.expires, out.mutable_expires());
  out.set_quota(m.quota);
  out.set_used(m.used);
  out.set_revoked(m.revoked);
  for (const std::string& serial : m.allowed_serials) out.add_allowed_serials(serial);
  return out;
}

v1::AuditEntry ToProto(const AuditEntry& m) {
  v1::AuditEntry out;
  SetTime(m.at, out.mutable_at());
  out.set_actor(m.actor);
  out.set_source(m.source);
  out.set_action(m.action);
  out.set_target(m.target);
  out.set_before(m.before);
  out.set_after(m.after);
  return out;
}

}  // namespace holdfast::server
