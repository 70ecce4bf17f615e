#include "agent/uplink/policy_inbox.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "core/policy/bundle.h"

namespace holdfast::uplink {
namespace {

constexpr char kFile[] = "policy-bundle";
constexpr absl::string_view kMagic = "HFP1";
constexpr uint32_t kMostGroups = 256;

// The id of the key that signed it, whatever the bundle says.
absl::StatusOr<std::string> Signer(const wire::PolicyBundle& bundle,
                                   const std::vector<std::string>& policy_keys) {
  for (const std::string& key : policy_keys) {
    if (crypto::VerifyEd25519(key, bundle.signed_bytes, bundle.signature).ok()) return crypto::KeyId(key);
  }
  return absl::PermissionDeniedError(
      absl::StrCat("checking a policy bundle: its signature (key ",
                   bundle.key_id.empty() ? "?" : bundle.key_id, ") is not by one of the ", policy_keys.size(),
                   " pinned policy keys; the last good policy stays in force"));
}

}  // namespace

absl::Status PolicyInbox::Load(const std::vector<std::string>& policy_keys) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<std::string> bytes, files_.Read(kFile));
  if (!bytes) return absl::OkStatus();
  wire::PolicyBundle bundle;
  HOLDFAST_RETURN_IF_ERROR(Decode(*bytes, &bundle));
  HOLDFAST_ASSIGN_OR_RETURN(accepted_, Check(bundle, policy_keys));
  return absl::OkStatus();
}

absl::StatusOr<AcceptedPolicy> PolicyInbox::Check(const wire::PolicyBundle& bundle,
                                                  const std::vector<std::string>& policy_keys) const {
  HOLDFAST_ASSIGN_OR_RETURN(std::string signer, Signer(bundle, policy_keys));
  HOLDFAST_ASSIGN_OR_RETURN(BundledPolicy decoded, DecodePolicyBundle(bundle.signed_bytes));
  AcceptedPolicy policy{bundle, PolicyId(bundle.signed_bytes), decoded.version, decoded.group,
                        std::move(decoded.document)};
  policy.bundle.key_id = std::move(signer);
  if (const auto it = highest_.find(policy.group); it != highest_.end() && policy.version < it->second) {
    return absl::FailedPreconditionError(absl::StrCat("checking a policy bundle: version ", policy.version,
                                                      " is lower than version ", it->second,
                                                      ", which was accepted before; policies never go back"));
  }
  if (accepted_ && accepted_->group == policy.group && accepted_->version == policy.version &&
      accepted_->id != policy.id) {
    return absl::FailedPreconditionError(
        absl::StrCat("checking a policy bundle: another document under version ", policy.version,
                     ", which is in use; a changed policy needs a higher version"));
  }
  return policy;
}

absl::Status PolicyInbox::Keep(const AcceptedPolicy& policy) {
  accepted_ = policy;
  if (highest_.size() < kMostGroups || highest_.count(policy.group) != 0) {
    uint64_t& highest = highest_[policy.group];
    highest = std::max(highest, policy.version);
  }
  return Annotate(files_.Write(kFile, Encode()), "keeping the accepted policy");
}

std::string PolicyInbox::Encode() const {
  CanonicalWriter out;
  out.Raw(kMagic);
  out.Bytes(accepted_->bundle.signed_bytes)
      .Bytes(accepted_->bundle.signature)
      .Bytes(accepted_->bundle.key_id);
  out.U32(static_cast<uint32_t>(highest_.size()));
  for (const auto& [group, version] : highest_) out.Bytes(group).U64(version);
  return out.Take();
}

absl::Status PolicyInbox::Decode(const std::string& bytes, wire::PolicyBundle* bundle) {
  CanonicalReader in(bytes);
  if (in.Raw(kMagic.size()) != kMagic) return absl::DataLossError("the kept policy is not a policy bundle");
  bundle->signed_bytes = std::string(in.Bytes());
  bundle->signature = std::string(in.Bytes());
  bundle->key_id = std::string(in.Bytes());
  std::map<std::string, uint64_t> highest;
  const uint32_t groups = std::min(in.U32(), kMostGroups);
  for (uint32_t i = 0; i < groups; ++i) {
    const std::string group(in.Bytes());
    highest[group] = in.U64();
  }
  HOLDFAST_RETURN_IF_ERROR(Annotate(in.Done(), "reading the kept policy"));
  highest_ = std::move(highest);
  return absl::OkStatus();
}

}  // namespace holdfast::uplink
