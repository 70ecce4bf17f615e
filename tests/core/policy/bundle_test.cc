#include "core/policy/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "core/policy/document.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

// Stored with version 1 of the layout. It must never change: devices keep and verify such bytes.
constexpr absl::string_view kVectorHex =
    "686f6c64666173742d706f6c6963792d7631"  // "holdfast-policy-v1"
    "0000000000000007"                      // version
    "000000074d6163206c6162"                // group
    "00000011706f6c69637956657273696f6e3a20370a";
constexpr absl::string_view kVectorId = "7f5c5aa3ec64492c26d93a023f9c4cf93788348def7faae628118708a2a28d0c";

BundledPolicy Sample() {
  return {7, "Mac lab", "policyVersion: 7\n"};
}

TEST(PolicyBundle, HasTheStoredBytesAndId) {
  const std::string bytes = EncodePolicyBundle(Sample());
  EXPECT_EQ(absl::BytesToHexString(bytes), kVectorHex);
  EXPECT_EQ(ToHex(PolicyId(bytes)), kVectorId);
}

TEST(PolicyBundle, DecodesWhatItEncoded) {
  absl::StatusOr<BundledPolicy> decoded = DecodePolicyBundle(absl::HexStringToBytes(std::string(kVectorHex)));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, Sample());
}

TEST(PolicyBundle, EachFieldChangesTheId) {
  const Sha256Digest id = PolicyId(EncodePolicyBundle(Sample()));
  EXPECT_NE(PolicyId(EncodePolicyBundle({8, "Mac lab", "policyVersion: 7\n"})), id);
  EXPECT_NE(PolicyId(EncodePolicyBundle({7, "Mac la", "bpolicyVersion: 7\n"})), id);
}

TEST(PolicyBundle, RefusesEveryTruncationAndATail) {
  const std::string bytes = EncodePolicyBundle(Sample());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodePolicyBundle(bytes.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument)
        << size;
  }
  EXPECT_THAT(DecodePolicyBundle(bytes + "x").status().message(), HasSubstr("1 bytes after the last field"));
}

TEST(PolicyBundle, RefusesAnotherLayout) {
  std::string bytes = EncodePolicyBundle(Sample());
  bytes[17] = '2';
  EXPECT_THAT(DecodePolicyBundle(bytes).status().message(),
              HasSubstr("does not begin with \"holdfast-policy-v1\""));
}

TEST(PolicyBundle, RefusesWhatExceedsTheLimits) {
  const auto refused = [](const BundledPolicy& policy) {
    return std::string(DecodePolicyBundle(EncodePolicyBundle(policy)).status().message());
  };
  EXPECT_THAT(refused({0, "", "x"}), HasSubstr("its version is 0"));
  EXPECT_THAT(refused({1, std::string(kMaxPolicyGroupBytes + 1, 'g'), "x"}), HasSubstr("its group"));
  EXPECT_THAT(refused({1, "\xff", "x"}), HasSubstr("its group"));
  EXPECT_THAT(refused({1, "", std::string(kMaxDocumentBytes + 1, ' ')}),
              HasSubstr("its document has 1048577"));
  EXPECT_EQ(refused({1, std::string(kMaxPolicyGroupBytes, 'g'), ""}), "");
}

}  // namespace
}  // namespace holdfast
