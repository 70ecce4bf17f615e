#include "profiles/generate/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/policy/schema.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Value;

const Array& Below(const Value& node) {
  return *node.Find("pfm_subkeys")->As<Array>();
}

const Value* Named(const Array& keys, absl::string_view name) {
  for (const Value& key : keys) {
    if (plist::Text(key, "pfm_name") == name) return &key;
  }
  return nullptr;
}

// The manifest's key of a path of the schema.
const Value* Find(const Value& manifest, const std::string& path) {
  const Value* node = &manifest;
  for (const absl::string_view part : absl::StrSplit(path, '.')) {
    std::string name(part);
    const bool list = absl::StrReplaceAll({{"[]", ""}}, &name) > 0;
    node = Named(Below(*node), name);
    if (node == nullptr) return nullptr;
    if (list) node = &Below(*node).front();
  }
  return node;
}

TEST(PreferencesManifest, HasEveryKeyOfThePolicy) {
  const Value manifest = PreferencesManifest();
  EXPECT_EQ(plist::Text(manifest, "pfm_domain"), "io.holdfast.agent");
  for (const SchemaKey& key : PolicySchema()) {
    const Value* found = Find(manifest, std::string(key.path));
    ASSERT_NE(found, nullptr) << key.path;
    EXPECT_FALSE(plist::Text(*found, "pfm_type").empty()) << key.path;
    EXPECT_FALSE(plist::Text(*found, "pfm_description").empty()) << key.path;
  }
}

TEST(PreferencesManifest, ADurationIsSeconds) {
  const Value manifest = PreferencesManifest();
  const Value& grace = *Find(manifest, "Wake.Grace");
  EXPECT_EQ(plist::Text(grace, "pfm_type"), "integer");
  EXPECT_EQ(*grace.Find("pfm_default"), Value(int64_t{60}));
  EXPECT_EQ(*grace.Find("pfm_range_max"), Value(int64_t{3600}));
  EXPECT_EQ(plist::Text(grace, "pfm_value_unit"), "seconds");
  // Below a second there are only real numbers.
  EXPECT_EQ(plist::Text(*Find(manifest, "Liveness.Timeout"), "pfm_type"), "real");
}

TEST(PreferencesManifest, AChoiceListsItsWords) {
  const Value manifest = PreferencesManifest();
  const Value& mode = *Find(manifest, "EnforcementMode");
  EXPECT_EQ(*mode.Find("pfm_range_list"), Value(Array{Value("off"), Value("audit"), Value("enforce")}));
  EXPECT_EQ(plist::Text(mode, "pfm_default"), "audit");
}

TEST(PreferencesManifest, AListOfWordsHasItsLength) {
  const Value manifest = PreferencesManifest();
  const Value& ladder = *Find(manifest, "Remediation.Ladder");
  EXPECT_EQ(plist::Text(ladder, "pfm_type"), "array");
  EXPECT_EQ(*ladder.Find("pfm_repetition_max"), Value(int64_t{10}));
  EXPECT_EQ(Below(ladder).front().Find("pfm_range_list")->As<Array>()->size(), 3U);
}

// Of the type that the key has, as the format demands.
void CheckDefaults(const Array& keys) {
  for (const Value& key : keys) {
    const std::string type = plist::Text(key, "pfm_type");
    if (const Value* preset = key.Find("pfm_default")) {
      const std::string name = type == "boolean" ? "<true/> or <false/>" : absl::StrCat("<", type, ">");
      EXPECT_EQ(preset->TypeName(), name) << plist::Text(key, "pfm_name");
    }
    if (key.Find("pfm_subkeys") != nullptr) CheckDefaults(Below(key));
  }
}

TEST(PreferencesManifest, DefaultsHaveTheirKeysType) {
  CheckDefaults(Below(PreferencesManifest()));
}

}  // namespace
}  // namespace holdfast::profiles
