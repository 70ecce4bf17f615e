// The command line of `profile`.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/ctl/line.h"
#include "agent/ctl/profile_diff.h"
#include "profiles/generate/generate.h"

namespace holdfast::ctl {
namespace {

// A kind, or a spec's name.
std::string CheckGenerated(const std::string& word) {
  const std::vector<std::string> kinds = profiles::GeneratedKindNames();
  if (IsSpecFile(word) || std::find(kinds.begin(), kinds.end(), word) != kinds.end()) return "";
  return absl::StrCat("'", word, "' is neither a spec (a file named .yaml, .yml or .json) nor one of ",
                      absl::StrJoin(kinds, ", "));
}

void AddSigning(CLI::App& generate, GenerateOptions& options) {
  CLI::Option* certificate =
      generate.add_option("--sign", options.certificate, "Sign the profiles with this certificate, in PEM")
          ->type_name("CERT");
  CLI::Option* key =
      generate.add_option("--key", options.key, "Its key, in PEM, readable by its owner alone")
          ->type_name("KEY");
  certificate->needs(key);
  key->needs(certificate);
  generate.add_option("--chain", options.chain, "Its issuers' certificates, in PEM")
      ->type_name("PEM")
      ->needs(certificate);
}

void AddGenerate(CLI::App& profile, Line& line, const Io& io) {
  GenerateOptions& options = line.generate;
  CLI::App* generate = Command(profile, line, "generate",
                               "A fleet's profiles from a spec, or what Holdfast itself needs, by kind",
                               [&options, &io](Commands&) { return GenerateProfile(options, io); });
  generate->add_option("WHAT", options.what, "A spec (docs/profiles.md), or kinds: payloads make one profile")
      ->required()
      ->check(CheckGenerated);
  generate->add_option("--output,-o", options.output, "Write it there, several files into a folder")
      ->type_name("FILE");
  generate->add_option("--as", options.form, "Of a spec: profiles, or declarations of macOS 27")
      ->check(CLI::IsMember({"profile", "declaration"}));
  AddSigning(*generate, options);
  CLI::Option* team =
      generate->add_option("--team-id", options.team_id, "The Team ID that signed Holdfast")->type_name("ID");
  generate->add_option("--program", options.program, "holdfastd as it will be installed: its signature tells")
      ->type_name("FILE")
      ->excludes(team);
  generate->add_option("--policy", options.policy, "For preferences: a policy")->type_name("FILE");
  generate->add_option("--organization", options.organization, "Who is named as the profile's author")
      ->type_name("NAME");
  generate
      ->add_option("--identifier", options.identifier,
                   "Of the profile: another one with the same replaces it")
      ->type_name("ID");
  CLI::Option* url =
      generate->add_option("--url", options.url, "Where the Macs will fetch that file")->type_name("URL");
  generate
      ->add_option("--launch-job", options.launch_job, "For background-tasks-asset: a launchd file of ours")
      ->type_name("FILE")
      ->needs(url);
}

void AddProfileFiles(CLI::App& profile, Line& line, const Io& io) {
  CLI::App* diff =
      Command(profile, line, "diff",
              "What B changes of A, by meaning, and what that does on a Mac; 1 when there is a difference",
              [&line, &io](Commands&) { return DiffProfiles(line.before, line.after, line.json, io); });
  diff->add_option("A", line.before, "The profile or declaration before")->required();
  diff->add_option("B", line.after, "The one after")->required();
  VerifyOptions& options = line.verify;
  CLI::App* verify =
      Command(profile, line, "verify", "What is installed against what is wanted; 1 when it is not the same",
              [&line, &io](Commands&) { return VerifyProfiles(line.verify, line.json, io); });
  verify->add_option("WANTED", options.wanted, "Profiles and declarations")->required();
  verify
      ->add_option("--installed", options.installed,
                   "What `profiles show -output stdout-xml` printed; without, this Mac is asked")
      ->type_name("FILE");
  verify
      ->add_option("--preferences", options.preferences,
                   "The Mac's com.apple.networkextension.plist: which app made what")
      ->type_name("FILE");
}

void AddProfileLint(CLI::App& profile, Line& line, const Io& io) {
  ProfileLintOptions& options = line.profile_lint;
  options.now = absl::ToUnixSeconds(absl::Now());
  CLI::App* lint =
      Command(profile, line, "lint", "What is wrong with profiles; 1 when there are errors",
              [&line, &io](Commands&) { return LintProfiles(line.profile_lint, line.json, io); });
  lint->add_option("PATH", options.paths, "Files, and folders with *.mobileconfig")->required();
  lint->add_option("--target-macos", options.target, "The oldest macOS they must work on: 15.4")
      ->type_name("V");
  lint->add_flag("--fleet", options.fleet, "Look at all of them as one Mac's");
  lint->add_flag("--manual", options.manual, "People install them, not a management server");
  lint->add_flag("--strict", options.strict, "Warnings count as errors");
  lint->add_option("--allow", options.allowed, "Findings that are accepted, with reasons (docs/profiles.md)")
      ->type_name("FILE");
  lint->add_flag("--verbose,-v", options.verbose, "Also why each matters, and what is accepted");
  lint->add_flag("--sarif", options.sarif, "Print SARIF 2.1.0 for code hosts");
  Command(profile, line, "rules", "All rules of lint, or what is known of one", [&line, &io](Commands&) {
    return ShowLintRules(line.rule, io);
  })->add_option("RULE", line.rule, "Its name");
}

}  // namespace

void AddProfile(CLI::App& app, Line& line, const Io& io) {
  CLI::App* profile = app.add_subcommand("profile", "Configuration profiles, on any machine");
  profile->require_subcommand(1);
  AddProfileLint(*profile, line, io);
  AddGenerate(*profile, line, io);
  AddProfileFiles(*profile, line, io);
}

}  // namespace holdfast::ctl
