#include "agent/ctl/generate.h"

#include <utility>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/file.h"
#include "core/policy/document.h"
#include "profiles/generate/generate.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::ctl {
namespace {

constexpr size_t kMaxProgramBytes = size_t{512} << 20;  // universal, with everything linked in
constexpr size_t kMaxLaunchJobBytes = size_t{1} << 20;

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

absl::StatusOr<std::string> Text(const GenerateOptions& options) {
  profiles::GenerateRequest request;
  request.kinds = options.kinds;
  request.organization = options.organization;
  request.identifier = options.identifier;
  HOLDFAST_RETURN_IF_ERROR(AddSigner(options, request));
  HOLDFAST_RETURN_IF_ERROR(AddPolicy(options, request));
  HOLDFAST_RETURN_IF_ERROR(AddLaunchJob(options, request));
  return profiles::Generate(request);
}

}  // namespace

Failure GenerateProfile(const GenerateOptions& options, const Io& io) {
  const absl::StatusOr<std::string> text = Text(options);
  if (!text.ok()) return {ExitCode::kFailed, Annotate(text.status(), "profile generate")};
  if (options.output.empty() || options.output == "-") {
    io.out << *text;
    return {};
  }
  const absl::Status written = WriteFileAtomically(options.output, *text);
  return written.ok() ? Failure() : Failure{ExitCode::kFailed, written};
}

}  // namespace holdfast::ctl
