#include "core/policy/bundle.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "core/policy/document.h"

namespace holdfast {
namespace {

constexpr absl::string_view kMagic = "holdfast-policy-v1";

absl::Status CheckLimits(const BundledPolicy& policy) {
  if (policy.version == 0)
    return absl::InvalidArgumentError("policy bundle: its version is 0; it starts at 1");
  if (policy.group.size() > kMaxPolicyGroupBytes || !IsValidUtf8(policy.group)) {
    return absl::InvalidArgumentError(absl::StrCat("policy bundle: its group is not UTF-8 text of at most ",
                                                   kMaxPolicyGroupBytes, " bytes"));
  }
  if (policy.document.size() > kMaxDocumentBytes) {
    return absl::InvalidArgumentError(absl::StrCat("policy bundle: its document has ", policy.document.size(),
                                                   " bytes, more than ", kMaxDocumentBytes));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodePolicyBundle(const BundledPolicy& policy) {
  CanonicalWriter writer;
  writer.Raw(kMagic).U64(policy.version).Bytes(policy.group).Bytes(policy.document);
  return writer.Take();
}

absl::StatusOr<BundledPolicy> DecodePolicyBundle(absl::string_view signed_bytes) {
  CanonicalReader reader(signed_bytes);
  if (reader.Raw(kMagic.size()) != kMagic) {
    return absl::InvalidArgumentError(
        absl::StrCat("policy bundle: it does not begin with \"", kMagic,
                     "\"; it is not a bundle or a newer layout than this agent's"));
  }
  BundledPolicy policy;
  policy.version = reader.U64();
  policy.group = std::string(reader.Bytes());
  policy.document = std::string(reader.Bytes());
  if (absl::Status done = reader.Done(); !done.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("policy bundle: ", done.message()));
  }
  if (absl::Status limits = CheckLimits(policy); !limits.ok()) return limits;
  return policy;
}

Sha256Digest PolicyId(absl::string_view signed_bytes) {
  return Sha256(signed_bytes);
}

}  // namespace holdfast
