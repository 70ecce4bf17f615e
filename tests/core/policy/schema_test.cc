#include "core/policy/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/policy/fields.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

// Every path that fields.h binds, with one item in each list.
struct Collector {
  std::multiset<std::string> paths;
  template <class T>
  void Field(absl::string_view path, T&) {
    paths.insert(std::string(path));
  }
  template <class Item, class Visit>
  void List(absl::string_view path, std::vector<Item>& items, Visit visit) {
    EXPECT_EQ(NodeAt(path), SchemaNode::kSectionList) << path;
    items.assign(1, {});
    visit(items[0]);
  }
};

TEST(PolicySchema, EachKeyIsBoundOnceAndNothingElse) {
  Policy policy;
  Collector collector;
  VisitPolicy(policy, collector);
  std::multiset<std::string> keys;
  for (const SchemaKey& key : PolicySchema()) keys.insert(std::string(key.path));
  EXPECT_EQ(collector.paths, keys);
}

TEST(PolicySchema, SpellingsAreUnique) {
  std::set<std::string> yaml, snake;
  for (const SchemaKey& key : PolicySchema()) {
    EXPECT_TRUE(yaml.insert(YamlSpelling(key.path)).second) << key.path;
    EXPECT_TRUE(snake.insert(SnakeSpelling(key.path)).second) << key.path;
    EXPECT_FALSE(key.meaning.empty()) << key.path;
  }
}

TEST(PolicySchema, NoKeyIsASectionOfAnother) {
  for (const SchemaKey& key : PolicySchema()) EXPECT_EQ(NodeAt(key.path), SchemaNode::kKey) << key.path;
}

TEST(PolicySchema, KnowsSectionsAndLists) {
  EXPECT_EQ(NodeAt("Reconnect"), SchemaNode::kSection);
  EXPECT_EQ(NodeAt("Reconnect.OnFailure"), SchemaNode::kSection);
  EXPECT_EQ(NodeAt("Services"), SchemaNode::kSectionList);
  EXPECT_EQ(NodeAt("Services[].Match"), SchemaNode::kSection);
  EXPECT_EQ(NodeAt("Recon"), SchemaNode::kUnknown);
  EXPECT_EQ(FindKey("Reconnect"), nullptr);
  EXPECT_THAT(NamesBelow("Services[].AlwaysConnected."),
              ElementsAre("Enabled", "AllowDisconnect", "ReconnectAfter", "Since", "ConflictGroup"));
}

TEST(PolicySchema, SuggestsTheNearestName) {
  EXPECT_THAT(Suggest("", "reconect"), Optional(std::string("reconnect")));
  EXPECT_THAT(Suggest("", "enforcment_mode"), Optional(std::string("enforcementMode")));
  EXPECT_THAT(Suggest("Services[].Match.", "bundleIdentifier"),
              Optional(std::string("contentFilters.required[].bundleIdentifier")));
  EXPECT_THAT(Suggest("", "settle"), Optional(std::string("reconnect.settle")));
  EXPECT_EQ(Suggest("", "wireguardPeers"), std::nullopt);
  EXPECT_EQ(Suggest("", ""), std::nullopt);
  EXPECT_EQ(Suggest("", std::string(100000, 'x')), std::nullopt);
}

}  // namespace
}  // namespace holdfast
