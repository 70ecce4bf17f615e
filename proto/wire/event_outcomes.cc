// What the log says about itself and the agent, and what the engine made of its inputs, as messages.
#include "proto/wire/event_messages.h"
#include "proto/wire/scalars.h"

namespace holdfast::wire {

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

void ToProto(const RetryState& e, pb::RetryChanged* m) {
  m->set_service(ToBytes(e.service.bytes));
  m->set_failures_in_row(e.failures_in_row);
  m->set_cause(static_cast<uint32_t>(e.cause));
  m->set_detail(e.detail);
  m->set_backoff_ns(absl::ToInt64Nanoseconds(e.backoff));
  m->set_failed_ladders(e.failed_ladders);
  m->set_circuit_open_ns(absl::ToInt64Nanoseconds(e.circuit_open));
}
bool FromProto(const pb::RetryChanged& m, RetryState* e) {
  e->failures_in_row = m.failures_in_row();
  e->cause = EnumOf<FailureCause>(m.cause());
  e->detail = m.detail();
  e->backoff = absl::Nanoseconds(m.backoff_ns());
  e->failed_ladders = m.failed_ladders();
  e->circuit_open = absl::Nanoseconds(m.circuit_open_ns());
  return FromBytes(m.service(), &e->service.bytes);
}

void ToProto(const SuspensionBegan& e, pb::SuspensionBegan* m) {
  m->set_kind(static_cast<uint32_t>(e.kind));
  m->set_number(e.number);
  m->set_name(e.name);
  m->set_reason(e.reason);
  m->set_issued_by(e.issued_by);
  m->set_disconnect(e.disconnect);
  m->set_until_wall_ns(e.until_wall.ns);
  m->set_until_mono_ns(e.until_mono.ns);
}
bool FromProto(const pb::SuspensionBegan& m, SuspensionBegan* e) {
  e->kind = EnumOf<SuspensionBegan::Kind>(m.kind());
  e->number = m.number();
  e->name = m.name();
  e->reason = m.reason();
  e->issued_by = m.issued_by();
  e->disconnect = m.disconnect();
  e->until_wall.ns = m.until_wall_ns();
  e->until_mono.ns = m.until_mono_ns();
  return true;
}
void ToProto(const SuspensionEnded& e, pb::SuspensionEnded* m) {
  m->set_kind(static_cast<uint32_t>(e.kind));
  m->set_number(e.number);
  m->set_name(e.name);
  m->set_why(e.why);
}
bool FromProto(const pb::SuspensionEnded& m, SuspensionEnded* e) {
  *e = {EnumOf<SuspensionBegan::Kind>(m.kind()), m.number(), m.name(), m.why()};
  return true;
}
void ToProto(const CodeSpent& e, pb::CodeSpent* m) {
  m->set_code_id(e.code_id);
  m->set_service(ToBytes(e.service.bytes));
  m->set_uid(e.uid);
  m->set_length_ns(absl::ToInt64Nanoseconds(e.length));
}
bool FromProto(const pb::CodeSpent& m, CodeSpent* e) {
  e->code_id = m.code_id();
  e->uid = m.uid();
  e->length = absl::Nanoseconds(m.length_ns());
  return FromBytes(m.service(), &e->service.bytes);
}
void ToProto(const WrongCredential& e, pb::WrongCredential* m) {
  m->set_uid(e.uid);
  m->set_user(e.user);
  m->set_kind(static_cast<uint32_t>(e.kind));
}
bool FromProto(const pb::WrongCredential& m, WrongCredential* e) {
  *e = {m.uid(), m.user(), EnumOf<Credential::Kind>(m.kind())};
  return true;
}

}  // namespace holdfast::wire
