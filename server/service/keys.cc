#include "server/service/keys.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "server/audit/audit.h"
#include "server/service/reachability.h"

namespace holdfast::server {
namespace {

constexpr size_t kMostIds = 8;  // of one kind that a device may name
constexpr size_t kIdDigits = 16;
constexpr size_t kLeastReason = 5, kLongestReason = 256;
constexpr int kSignedAtOnce = 200;
constexpr absl::Duration kLookEvery = absl::Minutes(1);
constexpr absl::Duration kShowEvery = absl::Hours(24);
// Renewals because of a new authority: a fleet must not come all at once.
constexpr absl::Duration kBetweenRenewals = absl::Milliseconds(50);

const Actor kServer{"server", "", Role::kAdmin};

std::string Id(const std::string& said) {
  const bool id = said.size() == kIdDigits && said.find_first_not_of("0123456789abcdef") == std::string::npos;
  return id ? said : "";
}

std::vector<std::string> Ids(const std::vector<std::string>& said) {
  std::vector<std::string> out;
  for (const std::string& text : said) {
    if (out.size() < kMostIds && !Id(text).empty()) out.push_back(text);
  }
  std::sort(out.begin(), out.end());
  return out;
}

fleet::KeyEvidence EvidenceOf(const wire::SyncRequest& request) {
  fleet::KeyEvidence evidence;
  evidence.bundle_key = Id(request.policy_key_id);
  evidence.code_key = Id(request.override_key_id);
  if (!request.trusted_keys) return evidence;
  evidence.said = true;
  evidence.authorities = Ids(request.trusted_keys->authorities);
  evidence.policy_keys = Ids(request.trusted_keys->policy_keys);
  evidence.policy_keys_pinned = request.trusted_keys->policy_keys_pinned;
  return evidence;
}

std::string Target(const RingKey& key) {
  return absl::StrCat("key:", KeyKindName(key.kind), key.id.empty() ? "" : ":", key.id);
}

}  // namespace

absl::Status Keys::Heard(LiveDevice& device, const wire::SyncRequest& request) {
  fleet::KeyEvidence evidence = EvidenceOf(request);
  if (device.keys == evidence) return absl::OkStatus();
  HOLDFAST_RETURN_IF_ERROR(context_.store.PutKeyEvidence(device.record.key, evidence));
  device.keys = std::move(evidence);
  return absl::OkStatus();
}

void Keys::Fill(const LiveDevice& device, const wire::SyncRequest& request, const PolicyInForce* policy,
                wire::SyncResponse& answer) {
  answer.policy_keys = context_.issuer.PolicyPublicKeys();
  answer.ca_certificates_pem = context_.issuer.CaCertificatesPem();
  // The same policy, signed by another key: only who can check that key gets it.
  const bool other_signature = policy != nullptr && !answer.policy && !request.policy_key_id.empty() &&
                               request.policy_id == policy->info.id &&
                               request.policy_key_id != policy->bundle.key_id;
  if (other_signature && request.trusted_keys) {
    const std::vector<std::string>& trusted = request.trusted_keys->policy_keys;
    const bool trusts = std::find(trusted.begin(), trusted.end(), policy->bundle.key_id) != trusted.end();
    if (trusts || !request.trusted_keys->policy_keys_pinned) answer.policy = policy->bundle;
  }
  if (context_.custody == nullptr || device.authority.empty()) return;
  const RingKey* current = context_.custody->ring().In(KeyKind::kAuthority, KeyState::kCurrent);
  answer.renew_certificate = device.authority != current->id && MayRenewNow();
}

bool Keys::MayRenewNow() {
  const ServerTime now = context_.Now();
  if (now < next_renewal_) return false;
  next_renewal_ = now + kBetweenRenewals;
  return true;
}

absl::Status Keys::CheckCustody() const {
  if (context_.custody != nullptr) return absl::OkStatus();
  return absl::UnimplementedError("this server's keys are not its own to replace");
}

absl::StatusOr<KeyUses> Keys::Count() {
  KeyUses uses(context_.custody->ring(), context_.Now());
  HOLDFAST_RETURN_IF_ERROR(
      context_.store.EachKeyHolders(context_.Now() - kMissingAfter, Named::kFirst,
                                    [&](const fleet::KeyHolders& devices) { uses.Add(devices); }));
  HOLDFAST_ASSIGN_OR_RETURN(const auto tokens, context_.store.ListEnrollmentTokens());
  for (const fleet::EnrollmentToken& token : tokens) uses.AddToken(token);
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Order> orders, orders_.List());
  for (const Order& order : orders) uses.AddOrder(order.number, order.issued);
  return uses;
}

absl::StatusOr<std::vector<KeyInfo>> Keys::List() {
  HOLDFAST_RETURN_IF_ERROR(CheckCustody());
  HOLDFAST_ASSIGN_OR_RETURN(const KeyUses uses, Count());
  std::vector<RingKey> newest_first = context_.custody->ring().keys();
  std::reverse(newest_first.begin(), newest_first.end());
  std::vector<KeyInfo> out;
  for (const KeyKind kind : {KeyKind::kAuthority, KeyKind::kPolicy}) {
    for (const RingKey& key : newest_first) {
      if (key.kind != kind) continue;
      const KeyUse& use = uses.Of(key.id);
      out.push_back({key, context_.custody->PublicHex(key.id), uses.devices(), use.trusted_by,
                     use.certificates.count, use.bundles.count, use.code_keys.count, use.tokens.count,
                     use.orders.count, uses.WaitingFor(key)});
    }
  }
  return out;
}

absl::StatusOr<KeyInfo> Keys::InfoOf(const std::string& id) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<KeyInfo> all, List());
  for (const KeyInfo& info : all) {
    if (info.key.id == id) return info;
  }
  return absl::InternalError(absl::StrCat("key ", id, " is gone"));
}

absl::Status Keys::Audit(const Actor& actor, const std::string& action, const RingKey& key,
                         const std::string& after) {
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context_.store, context_.Now(), actor,
                                       {.action = action,
                                        .target = Target(key),
                                        .before = key.id.empty() ? "" : std::string(KeyStateName(key.state)),
                                        .after = after}));
  return transaction.Commit();
}

absl::Status Keys::Take(const Actor& actor, const std::string& action, const RingKey& key,
                        const std::string& after, absl::FunctionRef<absl::Status()> step) {
  HOLDFAST_RETURN_IF_ERROR(Audit(actor, action, key, after));
  const absl::Status taken = step();
  if (taken.ok()) {
    changed_ = true;
  } else {
    Audit(actor, action, key, absl::StrCat("failed: ", taken.message())).IgnoreError();
  }
  return taken;
}

absl::StatusOr<KeyInfo> Keys::Rotate(const Actor& actor, KeyKind kind) {
  HOLDFAST_RETURN_IF_ERROR(CheckCustody());
  // What the ring would refuse is not in the audit log.
  HOLDFAST_RETURN_IF_ERROR(context_.custody->ring().Add(kind, "", context_.Now()).status());
  std::string id;
  HOLDFAST_RETURN_IF_ERROR(Take(actor, "RotateKey", {.kind = kind}, "a next key is made", [&] {
    HOLDFAST_ASSIGN_OR_RETURN(id, context_.custody->MakeNext(kind, context_.Now()));
    return absl::OkStatus();
  }));
  next_look_ = {};
  return InfoOf(id);
}

absl::Status Keys::CheckStep(const KeyStepRequest& request, const RingKey& key, absl::string_view doing) {
  if (request.force && (request.reason.size() < kLeastReason || request.reason.size() > kLongestReason)) {
    return absl::InvalidArgumentError(absl::StrCat(doing, " ", key.id, " by force: say why, in ",
                                                   kLeastReason, " to ", kLongestReason,
                                                   " bytes; it is in the audit log"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const KeyUses uses, Count());
  const std::vector<std::string> refused = uses.RefusedBy(key);
  if (refused.empty() || request.force) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      doing, " ", key.id, " would cut off who still needs the key that it replaces or is: ",
      absl::StrJoin(refused, "; "), ". Wait, revoke what will not come back, or use --force --reason"));
}

absl::Status Keys::BecomeCurrent(const Actor& actor, const RingKey& key, const std::string& why) {
  HOLDFAST_RETURN_IF_ERROR(Take(actor, "ActivateKey", key, absl::StrCat("current", why),
                                [&] { return context_.custody->Activate(key.id, context_.Now()); }));
  // The step is made; the tick signs again what cannot be signed now.
  SignAgain().IgnoreError();
  return absl::OkStatus();
}

absl::StatusOr<KeyInfo> Keys::Activate(const Actor& actor, const KeyStepRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckCustody());
  const KeyRing& ring = context_.custody->ring();
  HOLDFAST_RETURN_IF_ERROR(ring.Activate(request.id, context_.Now()).status());
  HOLDFAST_ASSIGN_OR_RETURN(const RingKey key, ring.Find(request.id));
  HOLDFAST_RETURN_IF_ERROR(CheckStep(request, key, "activating"));
  HOLDFAST_RETURN_IF_ERROR(
      BecomeCurrent(actor, key, request.force ? absl::StrCat("; forced: ", request.reason) : ""));
  return InfoOf(request.id);
}

absl::StatusOr<KeyInfo> Keys::Retire(const Actor& actor, const KeyStepRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckCustody());
  const KeyRing& ring = context_.custody->ring();
  HOLDFAST_RETURN_IF_ERROR(ring.Retire(request.id, context_.Now()).status());
  HOLDFAST_ASSIGN_OR_RETURN(const RingKey key, ring.Find(request.id));
  if (key.state == KeyState::kRetiring) HOLDFAST_RETURN_IF_ERROR(CheckStep(request, key, "retiring"));
  // Nothing may be left by a key that is refused from now on.
  HOLDFAST_RETURN_IF_ERROR(SignAgain());
  HOLDFAST_RETURN_IF_ERROR(Take(actor, "RetireKey", key,
                                request.force ? absl::StrCat("retired; forced: ", request.reason) : "retired",
                                [&] { return context_.custody->Retire(request.id, context_.Now()); }));
  return InfoOf(request.id);
}

absl::Status Keys::SignAgain() {
  const std::string current = context_.custody->ring().In(KeyKind::kPolicy, KeyState::kCurrent)->id;
  if (signed_by_ == current) return absl::OkStatus();
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
    HOLDFAST_ASSIGN_OR_RETURN(auto policies, context_.store.PoliciesNotBy(current, kSignedAtOnce));
    for (fleet::PolicyRecord& policy : policies) {
      HOLDFAST_ASSIGN_OR_RETURN(KeySignature signature, context_.issuer.SignPolicy(policy.signed_bytes));
      policy.signature = std::move(signature.signature);
      policy.key_id = std::move(signature.key_id);
      HOLDFAST_RETURN_IF_ERROR(context_.store.SetPolicySignature(policy));
    }
    if (policies.empty()) HOLDFAST_RETURN_IF_ERROR(orders_.SignAgain());
    HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
    if (policies.empty()) break;
  }
  policies_.Forget();
  orders_.Forget();
  signed_by_ = current;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Keys::Tick() {
  std::vector<std::string> did;
  if (context_.custody == nullptr) return did;
  HOLDFAST_RETURN_IF_ERROR(SignAgain());
  const ServerTime now = context_.Now();
  const KeyRing& ring = context_.custody->ring();
  if (ring.Valid(KeyKind::kAuthority).size() > 1 && now - shown_ >= kShowEvery) {
    changed_ = true;
  }
  if (now < next_look_) return did;
  next_look_ = now + kLookEvery;
  std::vector<RingKey> next;
  for (const RingKey& key : ring.keys()) {
    if (key.state == KeyState::kNext) next.push_back(key);
  }
  if (next.empty()) return did;
  HOLDFAST_ASSIGN_OR_RETURN(const KeyUses uses, Count());
  for (const RingKey& key : next) {
    if (!uses.WaitingFor(key).empty()) continue;
    HOLDFAST_RETURN_IF_ERROR(BecomeCurrent(kServer, key, "; every device trusts it"));
    did.push_back(absl::StrCat("the ", KeyKindName(key.kind), " key ", key.id,
                               " is the current one now: every device trusts it"));
  }
  return did;
}

void Keys::Told() {
  changed_ = false;
  shown_ = context_.Now();
}

}  // namespace holdfast::server
