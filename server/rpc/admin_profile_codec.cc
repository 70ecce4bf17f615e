// The messages about the profiles that Macs are to have.
#include "profiles/lint/lint.h"
#include "server/rpc/admin_codec.h"
#include "server/rpc/timestamps.h"

namespace holdfast::server {
namespace {

v1::ProfilePlace ToProto(const fleet::ProfilePlace& m) {
  v1::ProfilePlace out;
  out.set_file(m.file);
  out.set_line(m.line);
  out.set_key(m.key);
  return out;
}

v1::ProfileOfSet ToProto(const ProfileOfSet& m) {
  v1::ProfileOfSet out;
  out.set_name(m.file.name);
  out.set_identifier(m.file.identifier);
  out.set_display_name(m.file.display_name);
  out.set_declaration(m.file.declaration);
  out.set_sha256(std::string(AsBytes(m.file.sha256)));
  for (const fleet::ProfilePayload& payload : m.file.payloads) {
    v1::ProfilePayload* added = out.add_payloads();
    added->set_type(payload.type);
    added->set_identifier(payload.identifier);
  }
  out.set_installed(m.installed);
  out.set_missing(m.missing);
  out.set_unknown(m.unknown);
  return out;
}

v1::ProfileIncidents ToProto(const ProfileIncidents& m) {
  v1::ProfileIncidents out;
  out.set_profile(m.profile);
  out.set_rule(m.rule);
  out.set_devices(m.devices);
  out.set_in_lint(m.in_lint);
  return out;
}

// Why it matters is the rule's; a rule of before that there is no more says nothing.
v1::ProfileFinding ToProto(const ProfileFinding& m) {
  v1::ProfileFinding out;
  out.set_rule(m.rule);
  out.set_severity(m.severity);
  *out.mutable_place() = ToProto(m.place);
  out.set_profile(m.profile);
  out.set_payload_type(m.payload_type);
  out.set_subject(m.subject);
  out.set_what(m.what);
  out.set_fix(m.fix);
  if (const lint::Rule* rule = lint::FindRule(m.rule)) {
    out.set_why(std::string(rule->why));
    out.set_reference(std::string(rule->reference));
  }
  for (const fleet::ProfilePlace& place : m.related) *out.add_related() = ToProto(place);
  out.set_allowed_because(m.allowed_because);
  return out;
}

}  // namespace

PutProfileSetRequest FromProto(const v1::PutProfileSetRequest& m) {
  PutProfileSetRequest out{.group = m.group(),
                           .files = {},
                           .target_macos = m.target_macos(),
                           .dry_run = m.dry_run(),
                           .accept_errors = m.accept_errors()};
  for (const v1::UploadedProfile& file : m.files()) out.files.push_back({file.name(), file.content()});
  return out;
}

v1::ProfileSet ToProto(const ProfileSetInfo& m) {
  v1::ProfileSet out;
  out.set_group(m.group);
  out.set_hash(std::string(AsBytes(m.hash)));
  SetTime(m.put, out.mutable_put_at());
  out.set_put_by(m.put_by);
  out.set_target_macos(m.target);
  out.set_errors_accepted(m.errors_accepted);
  out.set_files(m.files);
  out.set_errors(m.errors);
  out.set_warnings(m.warnings);
  out.set_infos(m.infos);
  out.set_allowed(m.allowed);
  out.set_findings_left_out(m.left_out);
  return out;
}

v1::PutProfileSetResponse ToProto(const PutProfileSetResponse& m) {
  v1::PutProfileSetResponse out;
  *out.mutable_set() = ToProto(m.set);
  out.set_stored(m.stored);
  for (const ProfileFinding& finding : m.findings) *out.add_findings() = ToProto(finding);
  out.set_errors(m.errors);
  return out;
}

v1::GetProfileSetResponse ToProto(const GetProfileSetResponse& m) {
  v1::GetProfileSetResponse out;
  *out.mutable_set() = ToProto(m.set);
  for (const ProfileOfSet& profile : m.profiles) *out.add_profiles() = ToProto(profile);
  for (const ProfileFinding& finding : m.findings) *out.add_findings() = ToProto(finding);
  for (const ProfileIncidents& incidents : m.incidents) *out.add_incidents() = ToProto(incidents);
  return out;
}

}  // namespace holdfast::server
