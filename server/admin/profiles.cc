// The profiles that the Macs of each group are to have: under lint before they are deployed, and held against
// what devices say after.
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/files/read_trees.h"
#include "profiles/lint/output/output.h"
#include "server/admin/command.h"
#include "server/admin/profile_report.h"
#include "server/service/admin_messages.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct ProfileFlags {
  std::vector<std::string> paths;
  std::string group, target;
  bool dry_run = false, accept_errors = false, verbose = false;
};

std::string Whose(const std::string& group) {
  return group.empty() ? "every Mac" : absl::StrCat("group ", group);
}

absl::Status AddFiles(const std::vector<std::string>& paths, v1::PutProfileSetRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto files, profiles::ReadTreeFiles(paths));
  size_t bytes = 0;
  for (const profiles::TreeFile& file : files) {
    v1::UploadedProfile* added = request.add_files();
    added->set_name(file.name);
    added->set_content(file.bytes);
    bytes += file.bytes.size();
  }
  if (bytes <= server::kMostProfileSetBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("these ", files.size(), " files have ", bytes,
                                                 " bytes, and a set may have ", server::kMostProfileSetBytes,
                                                 ": put only what these Macs have, and leave out what holds "
                                                 "fonts or pictures"));
}

template <class Findings>
void ListFindings(const Printer& p, const Findings& findings) {
  using F = v1::ProfileFinding;
  const std::vector<Printer::Field<F>> fields = {
      {{"FILE"}, [](const F& f) { return Cell(f.place().file()); }},
      {{"LINE"}, [](const F& f) { return Cell(absl::StrCat(f.place().line())); }},
      {{"SEVERITY"}, [](const F& f) { return Cell(f.severity()); }},
      {{"RULE"}, [](const F& f) { return Cell(f.rule()); }},
      {{"KEY"}, [](const F& f) { return Cell(f.place().key()); }},
      {{"WHAT"}, [](const F& f) { return Cell(f.what()); }},
      {{"FIX"}, [](const F& f) { return Cell(f.fix()); }},
      {{"ALLOWED BECAUSE"}, [](const F& f) { return Cell(f.allowed_because()); }},
  };
  p.List(findings, fields, "");
}

// As `holdfastctl profile lint` shows them.
template <class Findings>
void ShowFindings(const Printer& p, const Findings& findings, const v1::ProfileSet& set, bool verbose) {
  std::deque<lint::Rule> rules;
  p.Text(lint::RenderText(ReportOf(findings, set.files(), rules), verbose, p.terminal()));
  if (set.findings_left_out() > 0) {
    p.Note(absl::StrCat(set.findings_left_out(), " more findings are not listed"));
  }
}

absl::Status Put(Session& session, const ProfileFlags& flags) {
  v1::PutProfileSetRequest request;
  HOLDFAST_RETURN_IF_ERROR(AddFiles(flags.paths, request));
  request.set_group(flags.group);
  request.set_target_macos(flags.target);
  request.set_dry_run(flags.dry_run);
  request.set_accept_errors(flags.accept_errors);
  v1::PutProfileSetResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::PutProfileSet, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
  } else if (p.format() == Format::kCsv) {
    ListFindings(p, response.findings());
  } else {
    ShowFindings(p, response.findings(), response.set(), flags.verbose);
    if (response.stored()) p.Note(absl::StrCat("Stored for ", Whose(flags.group), "."));
  }
  p.Flush();
  if (response.stored()) return absl::OkStatus();
  const std::string errors = absl::StrCat(response.errors(), response.errors() == 1 ? " error" : " errors");
  if (flags.dry_run) {
    p.Note("Nothing was stored.");
    return response.errors() == 0 ? absl::OkStatus() : absl::FailedPreconditionError(errors);
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "nothing was stored: ", errors, "; mend them, or store it in spite of them with --accept-errors"));
}

absl::Status List(Session& session) {
  v1::ListProfileSetsResponse response;
  HOLDFAST_RETURN_IF_ERROR(
      session.client.Call(&AdminClient::Stub::ListProfileSets, v1::ListProfileSetsRequest(), &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  using S = v1::ProfileSet;
  const std::vector<Printer::Field<S>> fields = {
      {{"GROUP", Align::kLeft, true, 4},
       [&p](const S& s) { return Cell(p.format() == Format::kCsv ? s.group() : Whose(s.group())); }},
      {{"FILES", Align::kRight}, [](const S& s) { return Cell(absl::StrCat(s.files())); }},
      {{"ERRORS", Align::kRight},
       [](const S& s) {
         return Cell(absl::StrCat(s.errors()), s.errors() > 0 ? Style::kRed : Style::kPlain);
       }},
      {{"WARNINGS", Align::kRight}, [](const S& s) { return Cell(absl::StrCat(s.warnings())); }},
      {{"PUT"}, [&p](const S& s) { return Cell(p.Time(s.put_at())); }},
      {{"BY"}, [](const S& s) { return Cell(s.put_by()); }},
      {{"TARGET"}, [](const S& s) { return Cell(s.target_macos()); }, false},
      {{"HASH"}, [](const S& s) { return Cell(absl::BytesToHexString(s.hash())); }, false},
  };
  p.List(response.sets(), fields, "No profiles: `profiles put PATH...` brings them.");
  return absl::OkStatus();
}

void ShowProfiles(const Printer& p, const v1::GetProfileSetResponse& response) {
  using F = v1::ProfileOfSet;
  const auto count = [](int number) { return Cell(absl::StrCat(number)); };
  const std::vector<Printer::Field<F>> fields = {
      {{"FILE", Align::kLeft, true, 8}, [](const F& f) { return Cell(f.name()); }},
      {{"IDENTIFIER", Align::kLeft, true, 8}, [](const F& f) { return Cell(f.identifier()); }},
      {{"INSTALLED", Align::kRight}, [&](const F& f) { return count(f.installed()); }},
      {{"MISSING", Align::kRight},
       [](const F& f) {
         return Cell(absl::StrCat(f.missing()), f.missing() > 0 ? Style::kYellow : Style::kPlain);
       }},
      {{"UNKNOWN", Align::kRight}, [&](const F& f) { return count(f.unknown()); }},
      {{"DECLARATION"}, [](const F& f) { return Cell(f.declaration()); }, false},
      {{"SHA256"}, [](const F& f) { return Cell(absl::BytesToHexString(f.sha256())); }, false},
  };
  p.List(response.profiles(), fields, "");
}

void ShowIncidents(const Printer& p, const v1::GetProfileSetResponse& response) {
  using I = v1::ProfileIncidents;
  const std::vector<Printer::Field<I>> fields = {
      {{"ON DEVICES", Align::kRight}, [](const I& i) { return Cell(absl::StrCat(i.devices())); }},
      {{"RULE"}, [](const I& i) { return Cell(i.rule()); }},
      {{"PROFILE", Align::kLeft, true, 8}, [](const I& i) { return Cell(i.profile()); }},
      {{"LINT"},
       [](const I& i) {
         return i.in_lint() ? Cell("finds it, too") : Cell("does not find it in this set", Style::kYellow);
       }},
  };
  p.List(response.incidents(), fields, "No device has an open incident with these profiles.");
}

absl::Status Show(Session& session, const ProfileFlags& flags) {
  v1::GetProfileSetRequest request;
  request.set_group(flags.group);
  v1::GetProfileSetResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::GetProfileSet, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  ShowProfiles(p, response);
  if (p.format() == Format::kCsv) return absl::OkStatus();
  p.Text("\n");
  ShowFindings(p, response.findings(), response.set(), flags.verbose);
  p.Text("\n");
  ShowIncidents(p, response);
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const ProfileFlags& flags) {
  v1::DeleteProfileSetRequest request;
  request.set_group(flags.group);
  v1::DeleteProfileSetResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::DeleteProfileSet, request, &response));
  if (session.printer.format() == Format::kJson) session.printer.Json(response);
  session.printer.Note(
      absl::StrCat("The profiles of ", Whose(flags.group), " are forgotten here; no Mac changes."));
  return absl::OkStatus();
}

}  // namespace

void AddProfileCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<ProfileFlags>();
  CLI::App* profiles = app.add_subcommand("profiles", "Configuration profiles that Macs are to have");
  profiles->require_subcommand(1);

  CLI::App* put =
      profiles->add_subcommand("put", "Lint them, with those of every Mac, and keep what is found");
  put->add_option("paths", flags->paths,
                  "Profiles, declarations, and folders of them: all that these Macs have")
      ->required();
  put->add_option("--group", flags->group, "For the Macs of this group; without: for every Mac");
  put->add_option("--target-macos", flags->target, "The oldest macOS that they must work on");
  put->add_flag("--dry-run", flags->dry_run, "Only lint");
  put->add_flag("--accept-errors", flags->accept_errors, "Store them in spite of errors");
  put->add_flag("--verbose", flags->verbose, "Also why each finding matters, and what is accepted");
  put->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return Put(s, *flags); }; });

  CLI::App* list = profiles->add_subcommand("list", "The sets that there are");
  list->callback([&chosen] { chosen.run = [](Session& s) { return List(s); }; });

  CLI::App* show =
      profiles->add_subcommand("show", "A set, what is wrong with it, and on how many Macs it is");
  show->add_option("--group", flags->group, "Of this group; without: of every Mac");
  show->add_flag("--verbose", flags->verbose, "Also why each finding matters, and what is accepted");
  show->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return Show(s, *flags); }; });

  CLI::App* forget = profiles->add_subcommand("delete", "Forget a set; no Mac changes");
  forget->add_option("--group", flags->group, "Of this group; without: of every Mac");
  forget->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return Delete(s, *flags); }; });
}

}  // namespace holdfast::admin
