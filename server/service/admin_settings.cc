// What admins decide: policies and enrollment tokens; and the log of it.
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/enrollment.h"
#include "base/error.h"
#include "core/policy/explain.h"
#include "server/audit/audit.h"
#include "server/authz/tokens.h"
#include "server/service/rollout_rate.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

constexpr absl::Duration kLongestTokenLife = absl::Hours(24 * 365);
constexpr int kLargestQuota = 1000000;

absl::StatusOr<std::string> MakeEnrollmentString(const Context& context, const std::string& token) {
  if (context.options.agent_endpoint.empty()) return std::string();
  EnrollmentString out;
  HOLDFAST_ASSIGN_OR_RETURN(out.server, Endpoint::Parse(context.options.agent_endpoint));
  const std::string pin = absl::HexStringToBytes(context.issuer.CaSpkiSha256Hex());
  if (pin.size() == out.ca_spki_sha256.size()) std::copy(pin.begin(), pin.end(), out.ca_spki_sha256.begin());
  out.token = token;
  return out.ToString();
}

}  // namespace

absl::Status ServerCore::State::NudgeGroup(const std::string& group,
                                           absl::FunctionRef<bool(const Uuid&)> wanted) {
  if (!nudge) return absl::OkStatus();
  std::vector<Uuid> devices;
  HOLDFAST_RETURN_IF_ERROR(context.store.EachDevice(group, [&](const fleet::DeviceRecord& device) {
    if (!device.revoked && wanted(device.id)) devices.push_back(device.id);
  }));
  const absl::Duration jitter = std::min(
      context.options.nudge_jitter, context.options.nudge_spacing * static_cast<int64_t>(devices.size()));
  for (const Uuid& device : devices) nudge(device, jitter);
  return absl::OkStatus();
}

absl::Status ServerCore::State::NudgeShare(const PolicyInfo& policy, int percent) {
  return NudgeGroup(policy.group, [&](const Uuid& device) { return InShare(device, policy.id, percent); });
}

absl::StatusOr<PutPolicyResponse> ServerCore::PutPolicy(const Actor& actor, const PutPolicyRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kPutPolicy));
  HOLDFAST_ASSIGN_OR_RETURN(PutPolicyResponse response, state_->policies.Put(actor, request));
  if (request.dry_run) return response;
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* newest, state_->policies.Newest(request.group));
  HOLDFAST_RETURN_IF_ERROR(state_->NudgeShare(newest->info, newest->rollout.percent));
  return response;
}

absl::StatusOr<GetPolicyResponse> ServerCore::GetPolicy(const Actor& actor, const GetPolicyRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetPolicy));
  // The default group's policy is also that of groups without their own.
  if (!request.group.empty()) {
    HOLDFAST_RETURN_IF_ERROR(CheckGroup(actor, AdminMethod::kGetPolicy, request.group));
  }
  HOLDFAST_ASSIGN_OR_RETURN(GetPolicyResponse response, state_->policies.Get(request));
  // A passcode's hash is for those who may write it, and put the document again.
  if (!AtLeast(actor.role, Role::kAdmin)) response.document = WithoutSecrets(response.document);
  return response;
}

absl::StatusOr<std::vector<ListedPolicy>> ServerCore::ListPolicies(const Actor& actor,
                                                                   const ListPoliciesRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListPolicies));
  if (!request.group.empty()) {
    HOLDFAST_RETURN_IF_ERROR(CheckGroup(actor, AdminMethod::kListPolicies, request.group));
  }
  fleet::FleetStore& store = state_->context.store;
  HOLDFAST_ASSIGN_OR_RETURN(const auto infos, store.ListPolicies(request.group, request.group.empty()));
  std::vector<ListedPolicy> listed;
  for (const PolicyInfo& info : infos) {
    if (!info.group.empty() && !MaySee(actor, info.group)) continue;
    HOLDFAST_ASSIGN_OR_RETURN(const auto rollout, store.FindRollout(info.group, info.version));
    listed.push_back({info, rollout.value_or(fleet::RolloutRecord{})});
  }
  return listed;
}

absl::StatusOr<CreateEnrollmentTokenResponse> ServerCore::CreateEnrollmentToken(
    const Actor& actor, const CreateEnrollmentTokenRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kCreateEnrollmentToken));
  HOLDFAST_RETURN_IF_ERROR(CheckGroup(actor, AdminMethod::kCreateEnrollmentToken, request.group));
  Context& context = state_->context;
  const absl::Duration lifetime =
      request.lifetime == absl::ZeroDuration() ? context.options.default_token_lifetime : request.lifetime;
  const int quota = request.quota == 0 ? context.options.default_token_quota : request.quota;
  if (lifetime < absl::ZeroDuration() || lifetime > kLongestTokenLife || quota < 0 || quota > kLargestQuota) {
    return absl::InvalidArgumentError(
        absl::StrCat("creating a token: a lifetime of up to 365 days and a quota of "
                     "1 to ",
                     kLargestQuota, " are possible"));
  }
  for (const std::string& serial : request.allowed_serials) {
    if (serial.empty() || serial.find('\n') != std::string::npos) {
      return absl::InvalidArgumentError("creating a token: a serial number is empty or has a line break");
    }
  }
  const NewToken secret = MakeToken(kEnrollmentPrefix, context.random);
  CreateEnrollmentTokenResponse response;
  response.token = {.id = secret.id,
                    .group = request.group,
                    .created = context.Now(),
                    .expires = context.Now() + lifetime,
                    .quota = quota,
                    .used = 0,
                    .revoked = false,
                    .allowed_serials = request.allowed_serials,
                    .secret_hash = secret.secret_hash,
                    .group_bound = !actor.groups.empty()};
  response.secret = secret.text;
  HOLDFAST_ASSIGN_OR_RETURN(response.enrollment_string, MakeEnrollmentString(context, secret.text));
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(context.store.PutEnrollmentToken(response.token));
  HOLDFAST_RETURN_IF_ERROR(
      RecordAudit(context.store, context.Now(), actor,
                  {.action = "CreateEnrollmentToken",
                   .target = absl::StrCat("token:", secret.id),
                   .before = "",
                   .after = absl::StrCat("group=", request.group, "; quota=", quota,
                                         "; expires=", FormatUtc(response.token.expires),
                                         "; serials=", absl::StrJoin(request.allowed_serials, ",")),
                   .group = request.group}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  return response;
}

absl::StatusOr<std::vector<EnrollmentToken>> ServerCore::ListEnrollmentTokens(const Actor& actor) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListEnrollmentTokens));
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<EnrollmentToken> tokens,
                            state_->context.store.ListEnrollmentTokens());
  std::erase_if(tokens, [&](const EnrollmentToken& token) { return !MaySee(actor, token.group); });
  return tokens;
}

absl::Status ServerCore::RevokeEnrollmentToken(const Actor& actor, const std::string& token_id) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kRevokeEnrollmentToken));
  Context& context = state_->context;
  HOLDFAST_ASSIGN_OR_RETURN(auto token, context.store.FindEnrollmentToken(token_id));
  if (!token) {
    return absl::NotFoundError(
        absl::StrCat("there is no enrollment token \"", token_id, "\"; `tokens list` shows them"));
  }
  HOLDFAST_RETURN_IF_ERROR(CheckGroup(actor, AdminMethod::kRevokeEnrollmentToken, token->group));
  if (token->revoked) return absl::OkStatus();
  token->revoked = true;
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(context.store.PutEnrollmentToken(*token));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context.store, context.Now(), actor,
                                       {.action = "RevokeEnrollmentToken",
                                        .target = absl::StrCat("token:", token_id),
                                        .before = absl::StrCat("used ", token->used, " of ", token->quota),
                                        .after = "revoked",
                                        .group = token->group}));
  return transaction.Commit();
}

absl::StatusOr<ListAuditResponse> ServerCore::ListAudit(const Actor& actor, const ListAuditRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListAudit));
  HOLDFAST_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size));
  HOLDFAST_ASSIGN_OR_RETURN(const auto groups, GroupsToList(actor, AdminMethod::kListAudit, ""));
  HOLDFAST_ASSIGN_OR_RETURN(fleet::AuditPage page,
                            state_->context.store.ListAudit(size, request.page_token, groups));
  return ListAuditResponse{std::move(page.entries), std::move(page.next)};
}

}  // namespace holdfast::server
