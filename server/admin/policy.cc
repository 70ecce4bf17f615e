#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/width.h"
#include "server/admin/command.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;

constexpr size_t kMaxPolicyBytes = size_t{4} << 20;

struct PolicyFlags {
  std::string file, group, comment;
  bool dry_run = false;
  uint64_t version = 0;
};

absl::Status PutPolicy(Session& session, const PolicyFlags& flags) {
  v1::PutPolicyRequest request;
  HOLDFAST_ASSIGN_OR_RETURN(*request.mutable_document(), ReadFile(flags.file, kMaxPolicyBytes));
  request.set_group(flags.group);
  request.set_comment(flags.comment);
  request.set_dry_run(flags.dry_run);
  v1::PutPolicyResponse response;
  if (absl::Status status = session.client.Call(&AdminClient::Stub::PutPolicy, request, &response);
      !status.ok()) {
    return Annotate(status, flags.file);
  }
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  for (const std::string& warning : response.warnings()) {
    p.Note(absl::StrCat("warning: ", text::Printable(warning)));
  }
  p.Note(flags.dry_run ? "The policy is valid. Nothing was stored."
                       : absl::StrCat("Stored as version ", response.policy().version(), ", id ",
                                      response.policy().policy_id()));
  return absl::OkStatus();
}

absl::Status ShowPolicy(Session& session, const PolicyFlags& flags) {
  v1::GetPolicyRequest request;
  request.set_version(flags.version);
  request.set_group(flags.group);
  v1::GetPolicyResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::GetPolicy, request, &response));
  if (session.printer.format() == Format::kJson) {
    session.printer.Json(response);
  } else {
    session.printer.Text(response.document());  // as it was put: it can be edited and put again
  }
  return absl::OkStatus();
}

absl::Status ListPolicies(Session& session, const PolicyFlags& flags) {
  v1::ListPoliciesRequest request;
  request.set_group(flags.group);
  v1::ListPoliciesResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::ListPolicies, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  using I = v1::PolicyInfo;
  const std::vector<Printer::Field<I>> fields = {
      {{"VERSION", Align::kRight}, [](const I& i) { return Cell(absl::StrCat(i.version())); }},
      {{"GROUP"}, [](const I& i) { return Cell(i.group()); }},
      {{"ROLL-OUT"}, [](const I& i) { return RolloutState(i.rollout_percent(), i.rollout_halted()); }},
      {{"CREATED"}, [&p](const I& i) { return Cell(p.Time(i.created())); }},
      {{"BY"}, [](const I& i) { return Cell(i.created_by()); }},
      {{"COMMENT", Align::kLeft, true, 12}, [](const I& i) { return Cell(i.comment()); }},
      {{"POLICY ID"}, [](const I& i) { return Cell(i.policy_id()); }, false},
  };
  p.List(response.policies(), fields, "No policies yet.");
  return absl::OkStatus();
}

}  // namespace

void AddPolicyCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<PolicyFlags>();
  CLI::App* policy = app.add_subcommand("policy", "Policies of the fleet");
  policy->require_subcommand(1);

  CLI::App* put =
      policy->add_subcommand("put", "Validate, sign and store a policy; devices fetch it at once");
  put->add_option("file", flags->file, "YAML or JSON")->required();
  put->add_option("--group", flags->group, "For this group; without: for all that have none of their own");
  put->add_option("--comment", flags->comment, "What changed and why");
  put->add_flag("--dry-run", flags->dry_run, "Only validate");
  put->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return PutPolicy(s, *flags); }; });

  CLI::App* show = policy->add_subcommand("show", "The document as it was put");
  show->add_option("--version", flags->version, "This version; without: the one in force");
  show->add_option("--group", flags->group, "Of this group");
  show->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return ShowPolicy(s, *flags); }; });

  CLI::App* list = policy->add_subcommand("list", "All versions, newest first");
  list->add_option("--group", flags->group, "Only this group's");
  list->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return ListPolicies(s, *flags); }; });

  AddRolloutCommand(*policy, chosen);
}

}  // namespace holdfast::admin
