// A spec as declarations of macOS 27.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "profiles/declarations/convert.h"
#include "profiles/plist/keys.h"
#include "tests/profiles/spec/fleet.h"

namespace holdfast::profiles {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr SpecForm kForm = SpecForm::kDeclaration;

// What has a declaration.
std::string Declarable() {
  std::string text = kFleet;
  const auto cut = [&](const std::string& from, const std::string& to) {
    const size_t begin = text.find(from);
    text.erase(begin, text.find(to, begin) - begin);
  };
  cut("      - kind: authority", "      - kind: ikev2");
  cut("        certificate: identity\n", "        identityAsset");
  cut("      - kind: transparent-proxy", "      - kind: content-filter");
  text.resize(text.find("  - id: holdfast\n"));
  return text;
}

Declaration Named(const SpecResult& made, absl::string_view name) {
  for (const SpecFile& file : made.files) {
    if (file.name != name) continue;
    const auto read = ReadDeclaration(file.bytes, file.name);
    EXPECT_TRUE(read.ok()) << read.status();
    return read.value_or(Declaration());
  }
  ADD_FAILURE() << "no file " << name;
  return {};
}

TEST(DeclarationSpec, PartsBecomeDeclarations) {
  const auto made = Made(Declarable(), kForm);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(made->files, SizeIs(4));
  const Declaration ikev2 = Named(*made, "vpn.ikev2.json");
  EXPECT_EQ(ikev2.type, "com.apple.configuration.network.vpn.ikev2");
  EXPECT_EQ(ikev2.identifier, "com.example.mac.vpn.payload.ikev2");
  const plist::Value payload(ikev2.payload);
  EXPECT_EQ(plist::Text(payload, "HostName"), "vpn.example.com");
  EXPECT_EQ(*payload.Find("NetworkRouting")->Find("IncludeAllNetworks"), plist::Value(true));
  EXPECT_EQ(*payload.Find("MTU"), plist::Value(int64_t{1300}));
  EXPECT_EQ(plist::Text(*payload.Find("Authentication"), "IdentityAssetReference"), "com.example.identity");
  const Declaration vendor = Named(*made, "security.tunnel.json");
  EXPECT_THAT(plist::Text(*vendor.payload.Find("Provider"), "ComposedIdentifier"),
              HasSubstr("com.vendor.app.tunnel {identifier \"com.vendor.app.tunnel\""));
  EXPECT_EQ(plist::Text(*vendor.payload.Find("Authentication"), "CredentialsAssetReference"),
            "com.example.credentials");
  const Declaration filter = Named(*made, "security.content-filter.json");
  EXPECT_EQ(*filter.payload.Find("Filter")->Find("Sockets")->Find("Enabled"), plist::Value(true));
}

TEST(DeclarationSpec, ATransparentProxyStaysAProfilesAlone) {
  const std::string why(Made(kFleet, kForm).status().message());
  EXPECT_THAT(why, HasSubstr("profiles[1].parts[1]: the order of transparent proxies is a profile's alone"));
  EXPECT_THAT(why, HasSubstr("macOS has no declaration for com.apple.servicemanagement; use a profile"));
}

TEST(DeclarationSpec, ExtensionsStillNeedAProfile) {
  EXPECT_THAT(Made(Declarable(), kForm)->warnings,
              Contains(HasSubstr("system extensions still need a profile that allows them")));
}

TEST(DeclarationSpec, SecretsAreAssets) {
  const std::string without =
      absl::StrReplaceAll(Declarable(), {{"        identityAsset: com.example.identity\n", ""},
                                         {"        credentialsAsset: com.example.credentials\n", ""}});
  EXPECT_THAT(
      std::string(Made(without, kForm).status().message()),
      AllOf(HasSubstr("parts[0].certificate: is required"), HasSubstr("credentialsAsset: is required")));
}

}  // namespace
}  // namespace holdfast::profiles
