#include "agent/ctl/profile_verify.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/ctl/parse_output.h"
#include "agent/ctl/profile_files.h"
#include "agent/ctl/render_comparison.h"
#include "agent/platform/posix/run_program.h"
#include "agent/signals/parse/ne_plist.h"
#include "agent/signals/parse/profiles_xml.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/width.h"
#include "profiles/compare/verify.h"

namespace holdfast::ctl {
namespace {

using profiles::InstalledState;
using profiles::Verified;
using profiles::VerifyState;

constexpr absl::Duration kToolTakes = absl::Seconds(30);

absl::StatusOr<std::string> List(const std::string& file) {
  if (!file.empty()) return ReadFile(file);
  absl::StatusOr<std::string> printed = platform::OutputOf(parse::ProfilesTool(), kToolTakes);
  if (printed.ok()) return printed;
  return absl::FailedPreconditionError(absl::StrCat(
      "asking this machine for its profiles: ", printed.status().message(),
      "; on a Mac run this as root, elsewhere give --installed with what `sudo profiles show -type "
      "configuration -output stdout-xml` printed there"));
}

absl::Status AddProfiles(const std::string& file, InstalledState& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string text, List(file));
  const std::string source = file.empty() ? "the list of profiles" : absl::StrCat("'", file, "'");
  const absl::StatusOr<parse::ProfileList> list = parse::ReadProfileList(text);
  if (!list.ok()) return Annotate(list.status(), absl::StrCat("reading ", source));
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<plist::Value> trees, parse::ReadProfileTrees(text));
  const std::vector<ConfigurationFacts> facts = parse::ConfigurationsOf(*list);
  for (size_t i = 0; i < trees.size(); ++i) {
    const parse::InstalledProfile& profile = list->profiles[i];
    out.profiles.push_back({profile.identifier,
                            profile.user.empty() ? ProfileScope::kSystem : ProfileScope::kUser, profile.user,
                            facts[i].managed, std::move(trees[i])});
  }
  return absl::OkStatus();
}

absl::Status AddConfigurations(const std::string& file, InstalledState& out) {
  if (file.empty()) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
  const absl::StatusOr<parse::NePreferences> read = parse::ReadNePreferences(bytes);
  if (!read.ok()) return Annotate(read.status(), absl::StrCat("reading '", file, "'"));
  for (const parse::NeConfiguration& configuration : read->configurations) {
    const bool app = !configuration.profile && !configuration.application.empty();
    out.configurations.push_back({configuration.name, configuration.application,
                                  configuration.profile ? Provenance::kProfile
                                  : app                 ? Provenance::kApp
                                                        : Provenance::kUnknown,
                                  configuration.profile ? configuration.profile->profile_identifier : ""});
  }
  return absl::OkStatus();
}

std::string Line(const Verified& one) {
  std::string out = absl::StrCat(text::Printable(one.name), ": ", VerifyStateName(one.state));
  if (one.state == VerifyState::kUnknown) {
    absl::StrAppend(&out, ": a declaration, and nothing that we know lists those (macOS 27)");
  }
  if (!one.provenance.empty()) {
    const size_t skipped = one.difference.secrets_skipped;
    absl::StrAppend(&out, " (", text::Printable(one.identifier), ", ", text::Printable(one.provenance),
                    skipped > 0 ? absl::StrCat(", secrets not compared: ", skipped) : "", ")");
  } else if (one.state == VerifyState::kMissing) {
    absl::StrAppend(&out, ": no profile ", text::Printable(one.identifier), " is installed");
  }
  return out + "\n";
}

void Print(const Verified& one, const Io& io) {
  io.out << Line(one);
  if (one.state == VerifyState::kDifferent) {
    io.out << RenderChanges(one.difference, io.terminal) << RenderNotes(one.difference);
  }
  for (const std::string& collision : one.collisions) {
    io.out << "  collides: " << text::Printable(collision) << "\n";
  }
}

void PrintJson(const std::vector<Verified>& verified, const Io& io) {
  text::JsonWriter json;
  json.Array();
  for (const Verified& one : verified) {
    json.Object().Text("file", text::Printable(one.name)).Text("state", VerifyStateName(one.state));
    Put(json, "identifier", one.identifier);
    Put(json, "provenance", one.provenance);
    json.Number("secrets_not_compared", static_cast<int64_t>(one.difference.secrets_skipped));
    if (one.state == VerifyState::kDifferent) {
      json.Object("difference");
      WriteComparison(json, one.difference);
      json.EndObject();
    }
    json.Array("collisions");
    for (const std::string& collision : one.collisions) json.Text(text::Printable(collision));
    json.EndArray().EndObject();
  }
  json.EndArray();
  io.out << json.Take() << "\n";
}

}  // namespace

Failure VerifyProfiles(const VerifyOptions& options, bool json, const Io& io) {
  std::vector<profiles::Comparable> wanted;
  for (const std::string& file : options.wanted) {
    absl::StatusOr<profiles::Comparable> read = ReadProfileFile(file);
    if (!read.ok()) return {ExitCode::kUsage, read.status()};
    wanted.push_back(*std::move(read));
  }
  InstalledState state;
  absl::Status known = AddProfiles(options.installed, state);
  if (known.ok()) known = AddConfigurations(options.preferences, state);
  if (!known.ok()) return {ExitCode::kUsage, known};
  const std::vector<Verified> verified = profiles::VerifyInstalled(wanted, state);
  if (json) {
    PrintJson(verified, io);
  } else {
    for (const Verified& one : verified) Print(one, io);
  }
  const bool well = std::all_of(verified.begin(), verified.end(), [](const Verified& one) {
    return one.state == VerifyState::kEqual && one.collisions.empty();
  });
  return well ? Failure() : Failure{ExitCode::kFailed, absl::OkStatus()};
}

}  // namespace holdfast::ctl
