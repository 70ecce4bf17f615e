#include "agent/signals/parse/sysext_db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/signals/parse/fixtures.h"

namespace holdfast::parse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SysextDb, SaysWhatTheToolSays) {
  const auto list = ReadSysextDb(ValidText(Kind::kSysextDb));
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_THAT(list->rows, SizeIs(2));
  EXPECT_EQ(list->rows[0].facts,
            (ExtensionFacts{"TEAM123456", "com.example.a", "1.13/113", "activated enabled"}));
  EXPECT_TRUE(list->rows[0].enabled);
  EXPECT_TRUE(list->rows[0].active);
  EXPECT_EQ(list->rows[0].category, "com.apple.system_extension.network_extension");
  EXPECT_EQ(list->rows[1].facts.state, "terminated waiting to uninstall on reboot");
  EXPECT_FALSE(list->rows[1].enabled);
  EXPECT_FALSE(list->rows[1].active);
  EXPECT_TRUE(IsLeaving(list->rows[1].facts));
  EXPECT_THAT(list->categories, ElementsAre("com.apple.system_extension.network_extension"));
  EXPECT_THAT(list->odd, IsEmpty());
}

TEST(SysextDb, WhatIsNotWholeIsNamed) {
  const auto list = ReadSysextDb(
      "<plist version=\"1.0\"><dict><key>extensions</key><array><dict><key>identifier</key>"
      "<string>com.example.half</string></dict><string>x</string></array></dict></plist>");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(list->rows, IsEmpty());
  ASSERT_THAT(list->odd, SizeIs(2));
  EXPECT_THAT(list->odd[0].text, HasSubstr("com.example.half"));
}

TEST(SysextDb, SomethingElse) {
  EXPECT_FALSE(ReadSysextDb("1 extension(s)\n").ok());
  const auto other = ReadSysextDb("<plist version=\"1.0\"><dict/></plist>");
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("no list 'extensions'"));
}

}  // namespace
}  // namespace holdfast::parse
