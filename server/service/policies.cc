#include "server/service/policies.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "core/policy/bundle.h"
#include "core/policy/parse.h"
#include "server/audit/audit.h"
#include "server/service/rollout_rate.h"

namespace holdfast::server {

std::string PolicyTarget(const std::string& group) {
  return absl::StrCat("policy:", group.empty() ? "(default group)" : group);
}

absl::StatusOr<PolicyInForce> Policies::LoadVersion(const std::string& group, uint64_t version) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<fleet::PolicyRecord> record,
                            context_.store.FindPolicy(group, version));
  if (!record)
    return absl::InternalError(absl::StrCat("policy version ", version, " was listed and is gone"));
  HOLDFAST_ASSIGN_OR_RETURN(const auto rollout, context_.store.FindRollout(group, version));
  // It was valid when it was stored; a server that does not understand it any more still hands it out.
  const absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(record->document, "stored policy");
  const absl::Duration heartbeat =
      parsed.ok() ? parsed->policy.heartbeat_interval : context_.options.heartbeat;
  return PolicyInForce{record->info,
                       {record->signed_bytes, record->signature, record->key_id},
                       heartbeat,
                       rollout.value_or(fleet::RolloutRecord{.group = group, .version = version})};
}

absl::StatusOr<bool> Policies::LoadFrom(const std::string& group, Chain& chain) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<fleet::PolicyInfo> versions,
                            context_.store.ListPolicies(group, false));
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return a.version > b.version; });
  for (const fleet::PolicyInfo& info : versions) {
    if (!chain.empty() && info.version >= chain.back().info.version) continue;
    HOLDFAST_ASSIGN_OR_RETURN(chain.emplace_back(), LoadVersion(group, info.version));
    if (chain.back().complete()) return false;
  }
  return true;
}

// A group whose own first versions are not yet everybody's had the default group's before.
absl::StatusOr<Policies::Chain> Policies::Load(const std::string& group) {
  Chain chain;
  HOLDFAST_ASSIGN_OR_RETURN(const bool more, LoadFrom(group, chain));
  if (more && !group.empty() && !chain.empty()) HOLDFAST_RETURN_IF_ERROR(LoadFrom("", chain).status());
  return chain;
}

absl::StatusOr<const Policies::Chain*> Policies::ChainOf(const std::string& group) {
  auto it = chains_.find(group);
  if (it == chains_.end()) {
    HOLDFAST_ASSIGN_OR_RETURN(Chain chain, Load(group));
    it = chains_.emplace(group, std::move(chain)).first;
  }
  if (it->second.empty() && !group.empty()) return ChainOf("");
  return &it->second;
}

absl::StatusOr<const PolicyInForce*> Policies::Newest(const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(const Chain* chain, ChainOf(group));
  return chain->empty() ? nullptr : &chain->front();
}

absl::StatusOr<const PolicyInForce*> Policies::For(const fleet::DeviceRecord& device,
                                                   const std::optional<Sha256Digest>& held) {
  HOLDFAST_ASSIGN_OR_RETURN(const Chain* chain, ChainOf(device.group));
  for (const PolicyInForce& version : *chain) {
    if (held == version.info.id || version.complete()) return &version;
    const bool handed_out = &version == &chain->front() && !version.rollout.halted;
    if (handed_out && InShare(device.id, version.info.id, version.rollout.percent)) return &version;
  }
  return nullptr;
}

absl::StatusOr<const PolicyInForce*> Policies::ForEnrolled(const std::string& group,
                                                           const std::optional<fleet::HandedPolicy>& handed) {
  HOLDFAST_ASSIGN_OR_RETURN(const Chain* chain, ChainOf(group));
  for (const PolicyInForce& version : *chain) {
    if (version.complete()) return &version;
    if (handed && handed->group == version.info.group && handed->version == version.info.version) break;
  }
  return nullptr;
}

absl::StatusOr<absl::Duration> Policies::Interval(const std::string& group) {
  HOLDFAST_ASSIGN_OR_RETURN(const Chain* chain, ChainOf(group));
  absl::Duration slowest = context_.options.heartbeat;
  for (const PolicyInForce& version : *chain) slowest = std::max(slowest, version.heartbeat);
  return slowest;
}

absl::StatusOr<absl::Duration> Policies::IntervalOf(const fleet::DeviceRecord& device) {
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, Interval(device.group));
  return std::max(interval, device.granted);
}

absl::StatusOr<absl::Duration> Policies::ShortestInterval() {
  if (shortest_) return *shortest_;
  HOLDFAST_ASSIGN_OR_RETURN(absl::Duration shortest, Interval(""));
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<fleet::PolicyInfo> policies,
                            context_.store.ListPolicies("", true));
  for (const fleet::PolicyInfo& policy : policies) {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, Interval(policy.group));
    shortest = std::min(shortest, interval);
  }
  shortest_ = shortest;
  return shortest;
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
        "storing the policy for ", PolicyTarget(request.group), ": its policyVersion is ", version,
        " and version ", before, " is in force; devices never go back, so give it ", before + 1, " or more"));
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
  const fleet::RolloutRecord rollout{.group = request.group,
                                     .version = version,
                                     .percent = parsed.policy.rollout.percent,
                                     .halt_on_failure_rate = parsed.policy.rollout.halt_on_failure_rate,
                                     .counted_from = record.info.created};
  HOLDFAST_RETURN_IF_ERROR(Store(actor, record, rollout, before));
  Forget();
  return response;
}

absl::Status Policies::Store(const Actor& actor, const fleet::PolicyRecord& record,
                             const fleet::RolloutRecord& rollout, uint64_t before) {
  HOLDFAST_ASSIGN_OR_RETURN(fleet::Transaction transaction, fleet::Transaction::Begin(context_.store));
  HOLDFAST_RETURN_IF_ERROR(context_.store.AddPolicy(record));
  HOLDFAST_RETURN_IF_ERROR(context_.store.PutRollout(rollout));
  HOLDFAST_RETURN_IF_ERROR(
      RecordAudit(context_.store, context_.Now(), actor,
                  {.action = "PutPolicy",
                   .target = PolicyTarget(record.info.group),
                   .before = before == 0 ? "" : absl::StrCat("version ", before),
                   .after = absl::StrCat("version ", record.info.version, " ", ToHex(record.info.id), "; ",
                                         rollout.percent, " %"),
                   .group = record.info.group}));
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
