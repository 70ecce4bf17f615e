// The tables of keys against Apple's published schema, where a checkout has it beside it (keys.tsv: one line
// for each key). What differs on purpose is listed here with its reason.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "profiles/payloads/payload.h"

namespace holdfast::payloads {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string schema, path, type, presence, range, introduced;
};

absl::Span<const Key> KeysOf(const std::string& schema) {
  if (schema == "TopLevel") return TopLevelKeys();
  if (schema == "CommonPayloadKeys") return CommonKeys();
  const PayloadType* type = FindPayloadType(schema);
  return type == nullptr ? absl::Span<const Key>() : type->keys;
}

// Of a version: more is newer.
double Number(absl::string_view version) {
  const std::vector<std::string> parts = absl::StrSplit(version, '.');
  double number = 0;
  for (size_t i = 0, scale = 1000000; i < parts.size(); ++i, scale /= 1000) {
    number += static_cast<double>(scale) * std::stoi(parts[i]);
  }
  return number;
}

struct Found {
  const Key* key = nullptr;
  std::string since;  // its own, or that of what holds it
};

// The schema's path: an array is followed by a name for its items that no file has.
Found Find(const std::string& schema, const std::string& path) {
  absl::Span<const Key> keys = KeysOf(schema);
  Found found;
  const Key* array = nullptr;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    const Key* key = array != nullptr ? array->items : FindNamedKey(keys, part == "ANY" ? "*" : part);
    if (key == nullptr) return {};
    if (!key->since.empty() && (found.since.empty() || Number(found.since) < Number(key->since))) {
      found.since = std::string(key->since);
    }
    array = key->type == Type::kArray ? key : nullptr;
    keys = key->keys;
    found.key = key;
  }
  return found;
}

// Dictionaries that may hold anything here: what their keys are does not matter to a rule.
bool IsOpen(const Row& row) {
  const std::string whole = absl::StrCat(row.schema, ":", row.path);
  for (absl::string_view open :
       {"com.apple.vpn.managed:AlwaysOn.", "TopLevel:ConsentText.", "TopLevel:PayloadContent.",
        "com.apple.dnsProxy.managed:ProviderConfiguration.", "com.apple.webcontent-filter:VendorConfig.",
        "com.apple.relay.managed:Relays.Relay.AdditionalHTTPHeaderFields.",
        "com.apple.ManagedClient.preferences:PayloadContent.ANY.Forced.Settings.mcx_preference_settings.",
        "com.apple.ManagedClient.preferences:PayloadContent.ANY.Set-Once.Settings.mcx_preference_"
        "settings."}) {
    if (absl::StartsWith(whole, open)) return true;
  }
  return false;
}

// Where the table says something else, because Apple's text or a Mac does.
bool DiffersInPresence(const Row& row) {
  return absl::EndsWith(row.path, ".Allowed") ||  // Authorization may stand for it
         row.path == "PayloadContent" ||          // EncryptedPayloadContent may stand for it
         absl::EndsWith(row.path, ".ANY") ||      // of any name: none is required
         absl::EndsWith(row.path, "Settings") || absl::EndsWith(row.path, "Item") ||
         absl::EndsWith(row.path, "Items") || absl::EndsWith(row.path, "Element") ||
         absl::EndsWith(row.path, ".Rule");
}
bool DiffersInValues(const Row& row) {
  return row.path == "PayloadType" || row.path == "PayloadVersion";  // rules of their own
}

std::string TypeOf(const Key& key) {
  return key.type == Type::kBoolean ? "<boolean>"
         : key.type == Type::kDict  ? "<dictionary>"
         : key.type == Type::kAny   ? "<any>"
                                    : std::string(TypeName(key.type));
}

std::string ValuesOf(const Key& key) {
  if (key.min != INT64_MIN) return absl::StrCat("{'min': ", key.min, ", 'max': ", key.max, "}");
  return std::string(key.values);
}

std::set<std::string> Sorted(const std::string& values) {
  return absl::StrSplit(values, '|', absl::SkipEmpty());
}

class Schema : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* source = std::getenv("HOLDFAST_SOURCE");
    const fs::path file =
        fs::path(source == nullptr ? "." : source) / ".." / "shared" / "apple-device-management" / "keys.tsv";
    std::ifstream in(file);
    if (!in) GTEST_SKIP() << "Apple's schema is not beside this checkout";
    std::string line;
    std::getline(in, line);  // names of columns
    while (std::getline(in, line)) {
      const std::vector<std::string> c = absl::StrSplit(line, '\t');
      if (c.size() >= 8 && !KeysOf(c[0]).empty()) rows_.push_back({c[0], c[1], c[2], c[3], c[5], c[7]});
    }
  }
  std::vector<Row> rows_;
};

TEST_F(Schema, EveryKeyIsKnownWithItsType) {
  EXPECT_GT(rows_.size(), 500u);
  for (const Row& row : rows_) {
    if (IsOpen(row)) continue;
    const Found found = Find(row.schema, row.path);
    ASSERT_NE(found.key, nullptr) << row.schema << " " << row.path;
    EXPECT_EQ(TypeOf(*found.key), row.type) << row.schema << " " << row.path;
  }
}

TEST_F(Schema, PresenceValuesAndVersionsAreApples) {
  for (const Row& row : rows_) {
    const Found found = IsOpen(row) ? Found() : Find(row.schema, row.path);
    if (found.key == nullptr) continue;
    const std::string where = absl::StrCat(row.schema, " ", row.path);
    if (!DiffersInPresence(row)) {
      EXPECT_EQ(found.key->required, row.presence == "required") << where;
    }
    const bool range = absl::StartsWith(row.range, "{");
    if (range) EXPECT_EQ(ValuesOf(*found.key), row.range) << where;
    if (!range && !row.range.empty() && !DiffersInValues(row)) {
      EXPECT_EQ(Sorted(ValuesOf(*found.key)), Sorted(row.range)) << where;
    }
  }
}

TEST_F(Schema, IntroducedAsApplePublishes) {
  for (const Row& row : rows_) {
    const Found found = IsOpen(row) ? Found() : Find(row.schema, row.path);
    if (found.key == nullptr) continue;
    const std::string where = absl::StrCat(row.schema, " ", row.path);
    const PayloadType* type = FindPayloadType(row.schema);
    const std::string payload = type != nullptr ? std::string(type->since) : "10.7";
    // What holds it is not on a Mac; neither is it.
    const bool not_on_mac = row.introduced == "n/a";
    // Older than the service that it stands in.
    const bool older =
        absl::EndsWith(row.path, ".Authorization") && Number(row.introduced) < Number(found.since);
    if (not_on_mac || older) continue;
    EXPECT_FALSE(found.key->not_on_mac) << where;
    EXPECT_EQ(found.since.empty() ? payload : found.since, row.introduced) << where;
  }
  for (const Row& row : rows_) {
    const Found found = IsOpen(row) ? Found() : Find(row.schema, row.path);
    if (found.key == nullptr || row.introduced != "n/a" || absl::StrContains(row.path, '.')) continue;
    EXPECT_TRUE(found.key->not_on_mac) << row.schema << " " << row.path;
  }
}

}  // namespace
}  // namespace holdfast::payloads
