#include "server/service/policies.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "core/policy/bundle.h"
#include "core/policy/parse.h"
#include "server/audit/audit.h"

namespace holdfast::server {
namespace {

std::string Target(const std::string& group) {
  return absl::StrCat("policy:", group.empty() ? "(default group)" : group);
}

}  // namespace

absl::StatusOr<std::optional<PolicyInForce>> Policies::Load(const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<fleet::PolicyRecord> record, context_.store.FindPolicy(group, 0));
  if (!record) return std::nullopt;
  // It was valid when it was stored; a server that does not understand it any more still hands it out.
  const absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(record->document, "stored policy");
  const absl::Duration heartbeat =
      parsed.ok() ? parsed->policy.heartbeat_interval : context_.options.heartbeat;
  return PolicyInForce{record->info, {record->signed_bytes, record->signature, record->key_id}, heartbeat};
}

absl::StatusOr<const PolicyInForce*> Policies::For(const std::string& group) {
  auto it = loaded_.find(group);
  if (it == loaded_.end()) {
    HOLDFAST_ASSIGN_OR_RETURN(std::optional<PolicyInForce> policy, Load(group));
    it = loaded_.emplace(group, std::move(policy)).first;
  }
  if (it->second) return &*it->second;
  if (group.empty()) return nullptr;
  return For("");
}

absl::StatusOr<uint64_t> Policies::HighestVersion(const std::string& group) {
  uint64_t highest = 0;
  for (const std::string& g : {group, std::string()}) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::optional<fleet::PolicyRecord> record,
                              context_.store.FindPolicy(g, 0));
    if (record) highest = std::max(highest, record->info.version);
  }
  return highest;
}

absl::StatusOr<PutPolicyResponse> Policies::Put(const Actor& actor, const PutPolicyRequest& request) {
  if (request.group.size() > kMaxPolicyGroupBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("storing the policy: the group's name is longer than ", kMaxPolicyGroupBytes, " bytes"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(ParsedPolicy parsed, ParsePolicy(request.document, "policy"));
  const uint64_t version = parsed.policy.version;
  HOLDFAST_ASSIGN_OR_RETURN(const uint64_t before, HighestVersion(request.group));
  if (version <= before) {
    return absl::FailedPreconditionError(absl::StrCat(
        "storing the policy for ", Target(request.group), ": its policyVersion is ", version, " and version ",
        before, " is in force; devices never go back, so give it ", before + 1, " or more"));
  }
  fleet::PolicyRecord record;
  record.document = request.document;
  record.signed_bytes = EncodePolicyBundle({version, request.group, request.document});
  record.info = {.version = version,
                 .id = PolicyId(record.signed_bytes),
                 .group = request.group,
                 .created = context_.Now(),
                 .created_by = actor.name,
                 .comment = request.comment};
  PutPolicyResponse response{record.info, std::move(parsed.warnings)};
  if (request.dry_run) return response;
  HOLDFAST_ASSIGN_OR_RETURN(KeySignature signature, context_.issuer.SignPolicy(record.signed_bytes));
  record.signature = std::move(signature.signature);
  record.key_id = std::move(signature.key_id);
  HOLDFAST_RETURN_IF_ERROR(Store(actor, record, before));
  loaded_.clear();
  return response;
}

absl::Status Policies::Store(const Actor& actor, const fleet::PolicyRecord& record, uint64_t before) {
  HOLDFAST_ASSIGN_OR_RETURN(fleet::Transaction transaction, fleet::Transaction::Begin(context_.store));
  HOLDFAST_RETURN_IF_ERROR(context_.store.AddPolicy(record));
  HOLDFAST_RETURN_IF_ERROR(
      RecordAudit(context_.store, context_.Now(), actor,
                  {.action = "PutPolicy",
                   .target = Target(record.info.group),
                   .before = before == 0 ? "" : absl::StrCat("version ", before),
                   .after = absl::StrCat("version ", record.info.version, " ", ToHex(record.info.id))}));
  return transaction.Commit();
}

absl::StatusOr<GetPolicyResponse> Policies::Get(const GetPolicyRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<fleet::PolicyRecord> record,
                            context_.store.FindPolicy(request.group, request.version));
  if (!record && request.version == 0) {
    HOLDFAST_ASSIGN_OR_RETURN(record, context_.store.FindPolicy("", 0));
  }
  if (!record) {
    return absl::NotFoundError(
        absl::StrCat("no such policy: group \"", request.group, "\"",
                     request.version == 0 ? std::string() : absl::StrCat(", version ", request.version),
                     "; `policy list` shows what there is"));
  }
  return GetPolicyResponse{record->info, record->document};
}

}  // namespace holdfast::server
