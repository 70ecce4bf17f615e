// Who an admin is: tokens, and making and ending them.
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/text/width.h"
#include "core/policy/bundle.h"
#include "server/audit/audit.h"
#include "server/authz/tokens.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

constexpr absl::Duration kLongestLife = absl::Hours(24 * 3650);
constexpr size_t kLongestName = 64;
constexpr size_t kMostGroups = 64;

bool HasExpired(const AdminToken& token, ServerTime now) {
  return token.expires && *token.expires <= now;
}

bool IsLive(const AdminToken& token, ServerTime now) {
  return !token.revoked && !HasExpired(token, now);
}

std::string Describe(const AdminToken& token) {
  return absl::StrCat("name=", token.name, "; role=", token.role,
                      "; groups=", token.groups.empty() ? "all" : absl::StrJoin(token.groups, ","),
                      "; expires=", token.expires ? FormatUtc(*token.expires) : "never");
}

// The audit log tells by the name who acted: none may pass for the server, for a device ("device:ID") or for
// an enrollment token, which stand there too.
absl::Status CheckName(const std::string& name) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._@+-", c);
  };
  const bool possible = !name.empty() && name.size() <= kLongestName && absl::c_all_of(name, allowed) &&
                        absl::ascii_isalnum(static_cast<unsigned char>(name.front()));
  if (possible && !absl::EqualsIgnoreCase(name, "server")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "making an admin token: a name has 1 to ", kLongestName,
      " letters, digits and any of \"._@+-\", begins with a letter or a digit, and is not \"server\""));
}

absl::Status CheckGroups(const std::vector<std::string>& groups) {
  const auto possible = [](const std::string& group) {
    return !group.empty() && group.size() <= kMaxPolicyGroupBytes && text::Printable(group) == group;
  };
  if (groups.size() <= kMostGroups && absl::c_all_of(groups, possible)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("making an admin token: it is for the whole fleet, or for up to ", kMostGroups,
                   " groups, whose names have 1 to ", kMaxPolicyGroupBytes,
                   " bytes; who sees devices without a group sees them all"));
}

absl::Status CheckNew(const CreateAdminTokenRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckName(request.name));
  HOLDFAST_RETURN_IF_ERROR(CheckGroups(request.groups));
  if (request.lifetime >= absl::ZeroDuration() && request.lifetime <= kLongestLife) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "making an admin token: it may live for up to 3650 days, or without an end");
}

absl::Status CheckNameIsFree(const std::vector<AdminToken>& tokens, const std::string& name, ServerTime now) {
  for (const AdminToken& token : tokens) {
    if (!IsLive(token, now) || !absl::EqualsIgnoreCase(token.name, name)) continue;
    return absl::AlreadyExistsError(absl::StrCat(
        "making an admin token: ", token.id, " is the token of \"", token.name,
        "\" and can be used: choose another name, or revoke it first (`admins revoke ", token.id, "`)"));
  }
  return absl::OkStatus();
}

// Anything, that is: also who may.
bool LetsChange(const AdminToken& token, ServerTime now) {
  return IsLive(token, now) && ParseRole(token.role) == Role::kAdmin && token.groups.empty();
}

absl::Status CheckNotTheLast(const std::vector<AdminToken>& tokens, const AdminToken& ending,
                             ServerTime now) {
  if (!LetsChange(ending, now)) return absl::OkStatus();
  for (const AdminToken& other : tokens) {
    if (other.id != ending.id && LetsChange(other, now)) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "revoking ", ending.id,
      ": it is the last token with the role admin over the whole fleet that can be used, and nobody could "
      "change anything without it; make another one first (`admins create NAME --role admin`)"));
}

}  // namespace

absl::StatusOr<Actor> ServerCore::Authenticate(absl::string_view bearer, const std::string& source) {
  absl::ConsumePrefix(&bearer, "Bearer ");
  const absl::Status refused = absl::UnauthenticatedError(
      "the admin token is missing, unknown or revoked; give one as `authorization: Bearer TOKEN`");
  const auto presented = ReadToken(kAdminPrefix, bearer);
  if (!presented) return refused;
  HOLDFAST_ASSIGN_OR_RETURN(const auto token, state_->context.store.FindAdminToken(presented->id));
  if (!token || token->revoked || !SameSecret(token->secret_hash, presented->secret_hash)) return refused;
  const std::optional<Role> role = ParseRole(token->role);
  if (!role) return refused;
  if (HasExpired(*token, state_->context.Now())) {
    return absl::UnauthenticatedError(absl::StrCat("the admin token of ", token->name, " expired at ",
                                                   FormatUtc(*token->expires),
                                                   "; ask an admin for a new one"));
  }
  return Actor{
      .name = token->name, .source = source, .role = *role, .token_id = token->id, .groups = token->groups};
}

absl::Status ServerCore::StillGood(const Actor& actor) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto token, state_->context.store.FindAdminToken(actor.token_id));
  if (token && IsLive(*token, state_->context.Now())) return absl::OkStatus();
  return absl::UnauthenticatedError(absl::StrCat("the admin token of ", actor.name,
                                                 " was revoked or has expired; ask an admin for a new one"));
}

absl::StatusOr<std::optional<std::string>> ServerCore::EnsureAdminToken(const HandOut& hand_out) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<AdminToken> tokens, state_->context.store.ListAdminTokens());
  if (!tokens.empty()) return std::nullopt;
  const Actor first_start{.name = "first start", .source = "", .role = Role::kAdmin};
  HOLDFAST_ASSIGN_OR_RETURN(CreateAdminTokenResponse made,
                            CreateAdminToken(first_start, {"admin", Role::kAdmin}, hand_out));
  return std::optional<std::string>(std::move(made.secret));
}

absl::StatusOr<CreateAdminTokenResponse> ServerCore::CreateAdminToken(const Actor& actor,
                                                                      const CreateAdminTokenRequest& request,
                                                                      const HandOut& hand_out) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kCreateAdminToken));
  HOLDFAST_RETURN_IF_ERROR(CheckNew(request));
  Context& context = state_->context;
  const ServerTime now = context.Now();
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<AdminToken> tokens, context.store.ListAdminTokens());
  HOLDFAST_RETURN_IF_ERROR(CheckNameIsFree(tokens, request.name, now));
  NewToken secret = MakeToken(kAdminPrefix, context.random);
  CreateAdminTokenResponse made;
  made.token = {.id = secret.id,
                .name = request.name,
                .role = std::string(RoleName(request.role)),
                .created = now,
                .expires = {},
                .revoked = false,
                .secret_hash = secret.secret_hash,
                .groups = request.groups};
  if (request.lifetime > absl::ZeroDuration()) made.token.expires = now + request.lifetime;
  made.secret = std::move(secret.text);
  HOLDFAST_RETURN_IF_ERROR(context.store.AddAdminToken(made.token));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context.store, now, actor,
                                       {.action = "CreateAdminToken",
                                        .target = absl::StrCat("token:", made.token.id),
                                        .before = "",
                                        .after = Describe(made.token)}));
  if (hand_out) HOLDFAST_RETURN_IF_ERROR(hand_out(made.secret));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  return made;
}

absl::StatusOr<std::vector<AdminToken>> ServerCore::ListAdminTokens(const Actor& actor) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListAdminTokens));
  return state_->context.store.ListAdminTokens();
}

absl::Status ServerCore::RevokeAdminToken(const Actor& actor, const std::string& token_id) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kRevokeAdminToken));
  Context& context = state_->context;
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_ASSIGN_OR_RETURN(const auto token, context.store.FindAdminToken(token_id));
  if (!token) {
    return absl::NotFoundError(
        absl::StrCat("there is no admin token \"", token_id, "\"; `admins list` shows them"));
  }
  if (token->revoked) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<AdminToken> tokens, context.store.ListAdminTokens());
  HOLDFAST_RETURN_IF_ERROR(CheckNotTheLast(tokens, *token, context.Now()));
  HOLDFAST_RETURN_IF_ERROR(context.store.SetAdminTokenRevoked(token_id));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context.store, context.Now(), actor,
                                       {.action = "RevokeAdminToken",
                                        .target = absl::StrCat("token:", token_id),
                                        .before = Describe(*token),
                                        .after = "revoked"}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  if (state_->admin_revoked_listener) state_->admin_revoked_listener();
  return absl::OkStatus();
}

}  // namespace holdfast::server
