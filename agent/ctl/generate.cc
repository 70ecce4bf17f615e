#include "agent/ctl/generate.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/width.h"
#include "core/policy/document.h"
#include "profiles/generate/generate.h"
#include "profiles/preferences/preferences.h"
#include "profiles/signature/sign.h"
#include "profiles/spec/spec.h"

namespace holdfast::ctl {
namespace {

namespace fs = std::filesystem;
using profiles::SpecFile;

constexpr size_t kMaxProgramBytes = size_t{512} << 20;  // universal, with everything linked in
constexpr size_t kMaxLaunchJobBytes = size_t{1} << 20;
constexpr size_t kMaxPemBytes = size_t{1} << 20;
constexpr mode_t kOwnerOnly = 0600, kEverybody = 0644;

absl::Status AddSigner(const GenerateOptions& options, profiles::GenerateRequest& request) {
  if (!options.team_id.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(request.signer, profiles::SignerOfTeam(options.team_id));
  }
  if (options.program.empty()) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.program, kMaxProgramBytes));
  HOLDFAST_ASSIGN_OR_RETURN(request.signer, profiles::SignerOfProgram(bytes, options.program));
  return absl::OkStatus();
}

absl::Status AddPolicy(const GenerateOptions& options, profiles::GenerateRequest& request) {
  if (options.policy.empty()) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.policy, kMaxDocumentBytes));
  HOLDFAST_ASSIGN_OR_RETURN(request.policy, profiles::ReadPolicyDocument(bytes, options.policy));
  return absl::OkStatus();
}

absl::Status AddLaunchJob(const GenerateOptions& options, profiles::GenerateRequest& request) {
  if (options.launch_job.empty()) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(std::string bytes, ReadFile(options.launch_job, kMaxLaunchJobBytes));
  request.launch_job = profiles::LaunchJob{std::move(bytes), options.launch_job, options.url};
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SpecFile>> FromKinds(const GenerateOptions& options) {
  profiles::GenerateRequest request;
  request.kinds = options.what;
  request.organization = options.organization;
  request.identifier = options.identifier;
  HOLDFAST_RETURN_IF_ERROR(AddSigner(options, request));
  HOLDFAST_RETURN_IF_ERROR(AddPolicy(options, request));
  HOLDFAST_RETURN_IF_ERROR(AddLaunchJob(options, request));
  HOLDFAST_ASSIGN_OR_RETURN(std::string bytes, profiles::Generate(request));
  return std::vector<SpecFile>{{"", std::move(bytes)}};
}

// Files that a spec names stand beside it.
absl::StatusOr<std::vector<SpecFile>> FromSpec(const GenerateOptions& options, const Io& io) {
  const std::string& spec = options.what.front();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string text, ReadFile(spec, kMaxDocumentBytes));
  const profiles::SpecFiles files = [&](const std::string& path) {
    return ReadFile((fs::path(spec).parent_path() / path).string(), kMaxProgramBytes);
  };
  const bool declare = options.form == "declaration";
  HOLDFAST_ASSIGN_OR_RETURN(
      profiles::SpecResult result,
      profiles::GenerateFromSpec(
          text, spec, declare ? profiles::SpecForm::kDeclaration : profiles::SpecForm::kProfile, files));
  for (const std::string& warning : result.warnings) {
    io.err << "warning: " << text::Printable(warning) << "\n";
  }
  return std::move(result.files);
}

absl::Status SignAll(const GenerateOptions& options, std::vector<SpecFile>& files) {
  if (options.certificate.empty()) return absl::OkStatus();
  profiles::SigningIdentity identity;
  HOLDFAST_ASSIGN_OR_RETURN(identity.certificate, ReadFile(options.certificate, kMaxPemBytes));
  HOLDFAST_RETURN_IF_ERROR(CheckOwnerOnly(options.key));
  HOLDFAST_ASSIGN_OR_RETURN(identity.key, ReadFile(options.key, kMaxPemBytes));
  if (!options.chain.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(identity.chain, ReadFile(options.chain, kMaxPemBytes));
  }
  for (SpecFile& file : files) {
    HOLDFAST_ASSIGN_OR_RETURN(file.bytes, profiles::Sign(file.bytes, identity));
  }
  return absl::OkStatus();
}

// What goes where; each target is another's name only once.
absl::Status WriteAll(const GenerateOptions& options, const std::vector<SpecFile>& files, const Io& io) {
  const bool to_output = options.output.empty() || options.output == "-";
  std::error_code error;
  const bool folder = fs::is_directory(options.output, error) || absl::EndsWith(options.output, "/");
  if (files.size() > 1 && !folder) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the spec makes ", files.size(), " files (",
        absl::StrJoin(files, ", ", [](std::string* out, const SpecFile& f) { absl::StrAppend(out, f.name); }),
        "): give a folder that exists, -o FOLDER"));
  }
  for (const SpecFile& file : files) {
    if (to_output) {
      io.out << file.bytes;
      continue;
    }
    const bool named = folder && !file.name.empty();
    HOLDFAST_RETURN_IF_ERROR(
        WriteFileAtomically(named ? (fs::path(options.output) / file.name).string() : options.output,
                            file.bytes, file.secret ? kOwnerOnly : kEverybody));
  }
  return absl::OkStatus();
}

Failure Usage(absl::string_view what) {
  return {ExitCode::kUsage, absl::InvalidArgumentError(absl::StrCat("profile generate: ", what))};
}

bool IsProfileKind(const std::string& name) {
  const auto kinds = profiles::GeneratedKinds();
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const profiles::GeneratedKind& kind) { return kind.name == name && kind.payload; });
}

Failure CheckOptions(const GenerateOptions& options) {
  const bool spec = std::any_of(options.what.begin(), options.what.end(), IsSpecFile);
  const bool of_kinds = !options.team_id.empty() || !options.program.empty() || !options.policy.empty() ||
                        !options.launch_job.empty() || !options.organization.empty() ||
                        !options.identifier.empty();
  if (spec && options.what.size() > 1) return Usage("a spec stands alone: its parts name the kinds");
  if (spec && of_kinds) {
    return Usage("what a spec's profiles need stands in it: holdfast, organization, identifier, policy");
  }
  if (!spec && options.form == "declaration") {
    return Usage("--as declaration is for a spec; of the kinds, background-tasks is a declaration");
  }
  if (options.certificate.empty()) return {};
  if (options.form == "declaration") return Usage("a declaration is not signed; leave --sign out");
  if (!spec && !std::all_of(options.what.begin(), options.what.end(), IsProfileKind)) {
    return Usage("only a profile is signed; leave --sign out");
  }
  return {};
}

}  // namespace

bool IsSpecFile(const std::string& word) {
  return absl::EndsWith(word, ".yaml") || absl::EndsWith(word, ".yml") || absl::EndsWith(word, ".json");
}

Failure GenerateProfile(const GenerateOptions& options, const Io& io) {
  if (Failure wrong = CheckOptions(options); !wrong.ok()) return wrong;
  absl::StatusOr<std::vector<SpecFile>> files =
      IsSpecFile(options.what.front()) ? FromSpec(options, io) : FromKinds(options);
  absl::Status done = files.ok() ? SignAll(options, *files) : files.status();
  if (!done.ok()) return {ExitCode::kFailed, done};
  done = WriteAll(options, *files, io);
  return done.ok() ? Failure() : Failure{ExitCode::kFailed, done};
}

}  // namespace holdfast::ctl
