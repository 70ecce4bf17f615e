#include "server/service/profile_job.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/profile_rejoin.h"

namespace holdfast::server {
namespace {

absl::StatusOr<lint::Options> OptionsOf(const std::string& target, ServerTime now) {
  lint::Options options;
  options.now = now.ns / 1'000'000'000;
  if (target.empty()) return options;
  HOLDFAST_ASSIGN_OR_RETURN(options.target, lint::ParseMacOsVersion(target));
  return options;
}

// Takes the groups whose findings are others beside the new set of every Mac, and tells what is new in them.
absl::Status RejoinAll(std::vector<fleet::ProfileSetRecord> groups, LintedProfiles& linted) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<Rejoined> changed, Rejoin(std::move(groups), linted.set.files));
  PutProfileSetResponse& response = linted.response;
  for (Rejoined& group : changed) {
    response.errors += Errors(group.fresh());
    for (ProfileFinding& finding : group.fresh()) response.findings.push_back(std::move(finding));
    linted.groups.push_back(group.set());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LintedProfiles> LintProfiles(ProfileJob job) {
  const PutProfileSetRequest& request = job.request;
  HOLDFAST_ASSIGN_OR_RETURN(const lint::Options options, OptionsOf(request.target_macos, job.now));
  HOLDFAST_ASSIGN_OR_RETURN(ReadSet read, ReadUploaded(request.files));
  HOLDFAST_ASSIGN_OR_RETURN(const auto beside, OutlinesOf(job.every_mac, kEveryMac));
  LintedProfiles linted{.actor = std::move(job.actor), .basis = job.basis};
  linted.set.info = {.group = request.group,
                     .hash = read.hash,
                     .put = job.now,
                     .put_by = linted.actor.name,
                     .target = request.target_macos,
                     .files = static_cast<int>(read.files.size())};
  linted.set.files = std::move(read.files);
  linted.set.findings = Told(lint::Check(read.profiles, options, /*together=*/true, {}, beside).findings);
  CountAndCut(linted.set.findings, linted.set.info);

  PutProfileSetResponse& response = linted.response;
  response.findings = linted.set.findings;
  response.errors = linted.set.info.errors;
  HOLDFAST_RETURN_IF_ERROR(RejoinAll(std::move(job.groups), linted));
  linted.wanted = !request.dry_run && (response.errors == 0 || request.accept_errors);
  linted.set.info.errors_accepted = linted.wanted && response.errors > 0;
  response.set = linted.set.info;
  ProfileSetInfo all;
  CountAndCut(response.findings, all);
  response.set.left_out += all.left_out;
  return linted;
}

}  // namespace holdfast::server
