#include "proto/wire/agent_codec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "proto/wire/scalars.h"

namespace holdfast::wire {
namespace {

constexpr absl::Duration kLongestJitter = absl::Hours(1);  // of a nudge: a heartbeat comes before

absl::Status Bad(absl::string_view field, absl::string_view why) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat("message field ", field, ": ", why)),
                    ErrorReason::kBadRequest);
}
absl::Status TooLarge(absl::string_view field, uint64_t size, uint64_t limit) {
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat("message field ", field, ": ", size, " exceeds the limit of ",
                                                limit, "; send less at once")),
      ErrorReason::kTooLarge);
}

template <size_t N>
absl::Status Fixed(absl::string_view field, const std::string& bytes, std::array<uint8_t, N>* out) {
  return FromBytes(bytes, out) ? absl::OkStatus()
                               : Bad(field, absl::StrCat("must be ", N, " bytes, has ", bytes.size()));
}

absl::StatusOr<Uuid> DeviceId(const std::string& text) {
  auto id = Uuid::Parse(text);
  if (!id.ok()) return Bad("device_id", id.status().message());
  return id;
}

template <class Repeated>
std::vector<std::string> Strings(const Repeated& field) {
  return {field.begin(), field.end()};
}
template <class Repeated>
void Fill(const std::vector<std::string>& values, Repeated* field) {
  field->Assign(values.begin(), values.end());
}

void FillHardware(const HardwareIdentity& h, v1::HardwareIdentity* m) {
  m->set_serial_number(h.serial_number);
  m->set_platform_uuid(h.platform_uuid);
  m->set_model(h.model);
  m->set_os_version(h.os_version);
  m->set_os_build(h.os_build);
  m->set_hostname(h.hostname);
}
HardwareIdentity Hardware(const v1::HardwareIdentity& m) {
  return {m.serial_number(), m.platform_uuid(), m.model(), m.os_version(), m.os_build(), m.hostname()};
}

void FillBundle(const PolicyBundle& b, v1::PolicyBundle* m) {
  m->set_signed_(b.signed_bytes);
  m->set_signature(b.signature);
  m->set_key_id(b.key_id);
}
PolicyBundle Bundle(const v1::PolicyBundle& m) {
  return {m.signed_(), m.signature(), m.key_id()};
}

void FillRow(const journal::Row& row, v1::Row* m) {
  m->set_seq(row.seq);
  m->set_boot_id(ToBytes(row.at.boot.bytes));
  m->set_mono_ns(row.at.mono.ns);
  m->set_wall_ns(row.at.wall.ns);
  m->set_kind(row.kind);
  m->set_payload_version(row.payload_version);
  m->set_subject(row.subject);
  m->set_payload(row.payload);
  m->set_hash(ToBytes(row.hash));
}
absl::Status ReadRow(v1::Row& m, Epoch epoch, journal::Row* row) {
  if (m.kind() > 0xffff || m.payload_version() > 0xffff) return Bad("row.kind", "out of range");
  if (m.subject().size() > 0xffff) return TooLarge("row.subject", m.subject().size(), 0xffff);
  row->epoch = epoch;
  row->seq = m.seq();
  row->at.mono.ns = m.mono_ns();
  row->at.wall.ns = m.wall_ns();
  row->kind = static_cast<uint16_t>(m.kind());
  row->payload_version = static_cast<uint16_t>(m.payload_version());
  row->subject = std::move(*m.mutable_subject());
  row->payload = std::move(*m.mutable_payload());
  HOLDFAST_RETURN_IF_ERROR(Fixed("row.boot_id", m.boot_id(), &row->at.boot.bytes));
  return Fixed("row.hash", m.hash(), &row->hash);
}

void FillFrame(const RowFrame& frame, v1::RowFrame* m) {
  v1::RowBatch batch;
  for (const auto& row : frame.rows) FillRow(row, batch.add_rows());
  m->set_encoding(v1::RowFrame::ENCODING_IDENTITY);
  batch.SerializeToString(m->mutable_data());
  m->set_size(static_cast<uint32_t>(m->data().size()));
  m->set_previous_hash(ToBytes(frame.previous_hash));
}
absl::StatusOr<RowFrame> ReadFrame(const v1::RowFrame& m, Epoch epoch) {
  if (m.size() > kMaxFrameBytes) return TooLarge("frame.size", m.size(), kMaxFrameBytes);
  if (m.encoding() != v1::RowFrame::ENCODING_IDENTITY)
    return Bad("frame.encoding", "not offered by this server");
  if (m.data().size() != m.size()) return Bad("frame.data", "is not of the declared size");
  v1::RowBatch batch;
  if (!batch.ParseFromString(m.data())) return Bad("frame.data", "is not a RowBatch");
  if (batch.rows_size() > kMaxFrameRows)
    return TooLarge("frame.rows", static_cast<uint64_t>(batch.rows_size()), kMaxFrameRows);
  RowFrame frame;
  HOLDFAST_RETURN_IF_ERROR(Fixed("frame.previous_hash", m.previous_hash(), &frame.previous_hash));
  frame.rows.resize(static_cast<size_t>(batch.rows_size()));
  for (int i = 0; i < batch.rows_size(); ++i) {
    HOLDFAST_RETURN_IF_ERROR(ReadRow(*batch.mutable_rows(i), epoch, &frame.rows[static_cast<size_t>(i)]));
  }
  return frame;
}

absl::Status ReadSections(const v1::SyncRequest& m, SyncRequest* out) {
  for (const auto& section : m.sections()) {
    // Not TOO_LARGE, which would have the device halve its rows: they are not what is wrong.
    if (section.body().size() > kMaxSectionBytes)
      return Bad("section.body", absl::StrCat("has more than ", kMaxSectionBytes, " bytes"));
    StateSection s{section.name(), section.body(), {}};
    HOLDFAST_RETURN_IF_ERROR(Fixed("section.hash", section.hash(), &s.hash));
    out->sections.push_back(std::move(s));
  }
  return absl::OkStatus();
}

absl::Status ReadAnchor(const v1::TimeAnchor& m, TimeAnchor* out) {
  out->mono.ns = m.mono_ns();
  out->server_time.ns = m.server_time_ns();
  out->round_trip = absl::Nanoseconds(m.round_trip_ns());
  return Fixed("anchor.boot_id", m.boot_id(), &out->boot.bytes);
}

absl::Status ReadPolicyState(const v1::SyncRequest& m, SyncRequest* out) {
  if (!m.policy_id().empty()) {
    HOLDFAST_RETURN_IF_ERROR(Fixed("policy_id", m.policy_id(), &out->policy_id.emplace()));
  }
  if (!m.has_policy_status()) return absl::OkStatus();
  const auto& s = m.policy_status();
  if (s.state() < 0 || s.state() > v1::PolicyStatus::STATE_FAILED)
    return Bad("policy_status.state", "unknown");
  out->policy_status.emplace();
  out->policy_status->state = static_cast<PolicyStatus::State>(s.state());
  out->policy_status->version = s.version();
  out->policy_status->error = s.error();
  return Fixed("policy_status.policy_id", s.policy_id(), &out->policy_status->policy_id);
}

}  // namespace

v1::EnrollRequest ToProto(const EnrollRequest& m) {
  v1::EnrollRequest out;
  out.set_token(m.token);
  out.set_csr_pem(m.csr_pem);
  FillHardware(m.hardware, out.mutable_hardware());
  out.set_agent_version(m.agent_version);
  Fill(m.features, out.mutable_features());
  out.set_previous_key_signature(m.previous_key_signature);
  return out;
}
absl::StatusOr<EnrollRequest> FromProto(const v1::EnrollRequest& m) {
  return EnrollRequest{m.token(),         m.csr_pem(),           Hardware(m.hardware()),
                       m.agent_version(), Strings(m.features()), m.previous_key_signature()};
}

v1::EnrollResponse ToProto(const EnrollResponse& m) {
  v1::EnrollResponse out;
  out.set_device_id(m.device_id.ToString());
  out.set_certificate_chain_pem(m.certificate_chain_pem);
  Fill(m.ca_certificates_pem, out.mutable_ca_certificates_pem());
  Fill(m.policy_keys, out.mutable_policy_keys());
  out.mutable_intervals()->set_heartbeat_ns(absl::ToInt64Nanoseconds(m.heartbeat));
  if (m.policy) FillBundle(*m.policy, out.mutable_policy());
  Fill(m.features, out.mutable_features());
  out.set_server_time_ns(m.server_time.ns);
  return out;
}
absl::StatusOr<EnrollResponse> FromProto(const v1::EnrollResponse& m) {
  EnrollResponse out;
  HOLDFAST_ASSIGN_OR_RETURN(out.device_id, DeviceId(m.device_id()));
  out.certificate_chain_pem = m.certificate_chain_pem();
  out.ca_certificates_pem = Strings(m.ca_certificates_pem());
  out.policy_keys = Strings(m.policy_keys());
  out.heartbeat = absl::Nanoseconds(m.intervals().heartbeat_ns());
  if (m.has_policy()) out.policy = Bundle(m.policy());
  out.features = Strings(m.features());
  out.server_time.ns = m.server_time_ns();
  return out;
}

v1::SyncRequest ToProto(const SyncRequest& m) {
  v1::SyncRequest out;
  out.set_device_id(m.device_id.ToString());
  out.set_message_number(m.message_number);
  out.set_epoch(m.head.epoch);
  out.set_boot_id(ToBytes(m.sent.boot.bytes));
  out.set_mono_ns(m.sent.mono.ns);
  out.set_wall_ns(m.sent.wall.ns);
  if (m.anchor) {
    auto* anchor = out.mutable_anchor();
    anchor->set_boot_id(ToBytes(m.anchor->boot.bytes));
    anchor->set_mono_ns(m.anchor->mono.ns);
    anchor->set_server_time_ns(m.anchor->server_time.ns);
    anchor->set_round_trip_ns(absl::ToInt64Nanoseconds(m.anchor->round_trip));
  }
  out.mutable_head()->set_epoch(m.head.epoch);
  out.mutable_head()->set_seq(m.head.seq);
  out.mutable_head()->set_hash(ToBytes(m.head.hash));
  if (m.frame) FillFrame(*m.frame, out.mutable_frame());
  for (const auto& section : m.sections) {
    auto* s = out.add_sections();
    s->set_name(section.name);
    s->set_body(section.body);
    s->set_hash(ToBytes(section.hash));
  }
  if (m.policy_id) out.set_policy_id(ToBytes(*m.policy_id));
  if (m.policy_status) {
    auto* s = out.mutable_policy_status();
    s->set_state(static_cast<v1::PolicyStatus::State>(m.policy_status->state));
    s->set_version(m.policy_status->version);
    s->set_policy_id(ToBytes(m.policy_status->policy_id));
    s->set_error(m.policy_status->error);
  }
  out.set_goodbye(static_cast<v1::Goodbye>(m.goodbye));
  out.set_agent_version(m.agent_version);
  Fill(m.features, out.mutable_features());
  FillHardware(m.hardware, out.mutable_hardware());
  for (const auto& q : m.quarantined) {
    auto* x = out.add_quarantined();
    x->set_first_seq(q.first_seq);
    x->set_last_seq(q.last_seq);
    x->set_error(q.error);
  }
  out.set_override_key_id(m.override_key_id);
  if (m.trusted_keys) {
    Fill(m.trusted_keys->authorities, out.mutable_trusted_keys()->mutable_authorities());
    Fill(m.trusted_keys->policy_keys, out.mutable_trusted_keys()->mutable_policy_keys());
    out.mutable_trusted_keys()->set_policy_keys_pinned(m.trusted_keys->policy_keys_pinned);
  }
  out.set_policy_key_id(m.policy_key_id);
  return out;
}
absl::StatusOr<SyncRequest> FromProto(const v1::SyncRequest& m) {
  SyncRequest out;
  HOLDFAST_ASSIGN_OR_RETURN(out.device_id, DeviceId(m.device_id()));
  out.message_number = m.message_number();
  HOLDFAST_RETURN_IF_ERROR(Fixed("boot_id", m.boot_id(), &out.sent.boot.bytes));
  out.sent.mono.ns = m.mono_ns();
  out.sent.wall.ns = m.wall_ns();
  if (m.has_anchor()) HOLDFAST_RETURN_IF_ERROR(ReadAnchor(m.anchor(), &out.anchor.emplace()));
  out.head.epoch = m.epoch();
  out.head.seq = m.head().seq();
  HOLDFAST_RETURN_IF_ERROR(Fixed("head.hash", m.head().hash(), &out.head.hash));
  if (m.has_frame()) {
    HOLDFAST_ASSIGN_OR_RETURN(out.frame, ReadFrame(m.frame(), m.epoch()));
  }
  HOLDFAST_RETURN_IF_ERROR(ReadSections(m, &out));
  HOLDFAST_RETURN_IF_ERROR(ReadPolicyState(m, &out));
  if (m.goodbye() < 0 || m.goodbye() > v1::GOODBYE_STOP) return Bad("goodbye", "unknown");
  out.goodbye = static_cast<Goodbye>(m.goodbye());
  out.agent_version = m.agent_version();
  out.features = Strings(m.features());
  out.hardware = Hardware(m.hardware());
  for (const auto& q : m.quarantined()) out.quarantined.push_back({q.first_seq(), q.last_seq(), q.error()});
  out.override_key_id = m.override_key_id();
  if (m.has_trusted_keys()) {
    out.trusted_keys =
        TrustedKeys{Strings(m.trusted_keys().authorities()), Strings(m.trusted_keys().policy_keys()),
                    m.trusted_keys().policy_keys_pinned()};
  }
  out.policy_key_id = m.policy_key_id();
  return out;
}

v1::SyncResponse ToProto(const SyncResponse& m) {
  v1::SyncResponse out;
  out.set_server_time_ns(m.server_time.ns);
  out.set_acked_through(m.acked_through);
  out.set_epoch(m.epoch);
  if (m.policy) FillBundle(*m.policy, out.mutable_policy());
  out.set_heartbeat_ns(absl::ToInt64Nanoseconds(m.heartbeat));
  out.set_want_full_state(m.want_full_state);
  Fill(m.features, out.mutable_features());
  Fill(m.policy_keys, out.mutable_policy_keys());
  Fill(m.ca_certificates_pem, out.mutable_ca_certificates_pem());
  out.set_override_key(m.override_key);
  out.set_override_key_id(m.override_key_id);
  for (const SignedOrder& order : m.orders) {
    v1::SignedOrder* signed_order = out.add_orders();
    signed_order->set_signed_(order.signed_bytes);
    signed_order->set_signature(order.signature);
  }
  out.set_renew_certificate(m.renew_certificate);
  return out;
}
absl::StatusOr<SyncResponse> FromProto(const v1::SyncResponse& m) {
  SyncResponse out;
  out.server_time.ns = m.server_time_ns();
  out.acked_through = m.acked_through();
  out.epoch = m.epoch();
  if (m.has_policy()) out.policy = Bundle(m.policy());
  out.heartbeat = absl::Nanoseconds(m.heartbeat_ns());
  out.want_full_state = m.want_full_state();
  out.features = Strings(m.features());
  out.policy_keys = Strings(m.policy_keys());
  out.ca_certificates_pem = Strings(m.ca_certificates_pem());
  out.override_key = m.override_key();
  out.override_key_id = m.override_key_id();
  for (const auto& order : m.orders()) out.orders.push_back({order.signed_(), order.signature()});
  out.renew_certificate = m.renew_certificate();
  return out;
}

v1::RenewCertificateRequest ToProto(const RenewRequest& m) {
  v1::RenewCertificateRequest out;
  out.set_device_id(m.device_id.ToString());
  out.set_csr_pem(m.csr_pem);
  return out;
}
absl::StatusOr<RenewRequest> FromProto(const v1::RenewCertificateRequest& m) {
  RenewRequest out;
  HOLDFAST_ASSIGN_OR_RETURN(out.device_id, DeviceId(m.device_id()));
  out.csr_pem = m.csr_pem();
  return out;
}
v1::RenewCertificateResponse ToProto(const RenewResponse& m) {
  v1::RenewCertificateResponse out;
  out.set_certificate_chain_pem(m.certificate_chain_pem);
  Fill(m.ca_certificates_pem, out.mutable_ca_certificates_pem());
  return out;
}
absl::StatusOr<RenewResponse> FromProto(const v1::RenewCertificateResponse& m) {
  return RenewResponse{m.certificate_chain_pem(), Strings(m.ca_certificates_pem())};
}

absl::StatusOr<Uuid> FromProto(const v1::WatchRequest& m) {
  return DeviceId(m.device_id());
}
v1::WatchResponse ToProto(const WatchNudge& m) {
  v1::WatchResponse out;
  out.set_max_jitter_ns(absl::ToInt64Nanoseconds(m.max_jitter));
  return out;
}
WatchNudge FromProto(const v1::WatchResponse& m) {
  return {std::clamp(absl::Nanoseconds(m.max_jitter_ns()), absl::ZeroDuration(), kLongestJitter)};
}

}  // namespace holdfast::wire
