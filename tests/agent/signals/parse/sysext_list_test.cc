#include "agent/signals/parse/sysext_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace holdfast::parse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kTwo[] =
    "2 extension(s)\n--- com.apple.system_extension.endpoint_security (Go to 'System Settings > General > "
    "Login Items & "
    "Extensions' to modify these system extension(s))\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "\t*\tEQHXZ8M8AV\tcom.google.santa.daemon (1.15/1.15)\tsantad (new)\t[activated waiting for user]\n"
    "*\t*\tEQHXZ8M8AV\tcom.google.santa.daemon (1.13/1.13)\tsantad\t[activated enabled]\n";

TEST(SysextList, RowsWithBothStars) {
  const auto list = ReadSysextList(kTwo);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->announced, 2);
  EXPECT_THAT(list->categories, ElementsAre("com.apple.system_extension.endpoint_security"));
  ASSERT_EQ(list->rows.size(), 2u);
  const SysextRow& pending = list->rows[0];
  EXPECT_FALSE(pending.enabled);
  EXPECT_TRUE(pending.active);
  EXPECT_EQ(pending.name, "santad (new)");
  EXPECT_EQ(pending.category, "com.apple.system_extension.endpoint_security");
  EXPECT_EQ(pending.facts, (ExtensionFacts{"EQHXZ8M8AV", "com.google.santa.daemon", "1.15/1.15",
                                           "activated waiting for user"}));
  EXPECT_THAT(list->odd, IsEmpty());
}

TEST(SysextList, TheOneThatRunsComesFirst) {
  const auto list = ReadSysextList(kTwo);
  const std::vector<ExtensionFacts> facts = ExtensionsOf(*list);
  ASSERT_EQ(facts.size(), 2u);
  EXPECT_EQ(facts[0].version, "1.13/1.13");
  EXPECT_EQ(facts[1].version, "1.15/1.15");
}

TEST(SysextList, EveryState) {
  for (absl::string_view state : {"activated enabled", "activated disabled", "activated waiting for user",
                                  "activated waiting to reboot", "activated waiting for nsextension",
                                  "terminated waiting to uninstall on reboot", "something new"}) {
    const auto list = ReadSysextList(absl::StrCat("\t\tTEAM123456\tcom.example.x (1.0/1)\tx\t[", state, "]"));
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(list->rows.at(0).facts.state, state);
    EXPECT_EQ(IsLeaving(list->rows.at(0).facts), absl::StrContains(state, "uninstall"));
  }
}

TEST(SysextList, ACopyWhoseTabsBecameBlanks) {
  const std::string blanks = absl::StrReplaceAll(kTwo, {{"\t", "    "}});
  const auto tabs = ReadSysextList(kTwo), copy = ReadSysextList(blanks);
  ASSERT_TRUE(copy.ok());
  ASSERT_EQ(copy->rows.size(), 2u);
  EXPECT_EQ(copy->rows[0], tabs->rows[0]);
  EXPECT_EQ(copy->rows[1], tabs->rows[1]);
}

TEST(SysextList, None) {
  const auto list = ReadSysextList("0 extension(s)\n");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->announced, 0);
  EXPECT_THAT(ExtensionsOf(*list), IsEmpty());
  EXPECT_TRUE(
      ReadSysextList("--- com.apple.system_extension.network_extension (Go to 'x' to modify)\n").ok());
}

TEST(SysextList, SomethingElse) {
  EXPECT_FALSE(ReadSysextList("hello [x]\n").ok());
  EXPECT_FALSE(ReadSysextList("").ok());
  const auto list = ReadSysextList("1 extension(s)\nwhat is [this]\n");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->odd, (std::vector<OddLine>{{2, "what is [this]"}}));
}

}  // namespace
}  // namespace holdfast::parse
