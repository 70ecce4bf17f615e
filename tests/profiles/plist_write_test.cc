#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "profiles/plist/plist.h"
#include "profiles/plist/write.h"

namespace holdfast::plist {
namespace {

using ::testing::HasSubstr;

Value Everything() {
  Dict inner;
  inner.Set("second", int64_t{-9'223'372'036'854'775'807});
  inner.Set("first", 0.1);
  Dict out;
  out.Set("text", "a < b && \"c\" > d\n\tüñí");
  out.Set("flag", true);
  out.Set("other", false);
  out.Set("data", Data{std::string("\0\x01\xff", 3)});
  out.Set("date", Date{1'795'305'600});
  out.Set("empty", "");
  out.Set("none", Array{});
  out.Set("nothing", Dict{});
  out.Set("a&b", Array{Value("x"), Value(std::move(inner))});
  return out;
}

TEST(PlistWriter, WhatIsWrittenIsReadBackTheSame) {
  const auto text = WriteXml(Everything());
  ASSERT_TRUE(text.ok()) << text.status();
  const auto read = Parse(*text, "written");
  ASSERT_TRUE(read.ok()) << read.status() << *text;
  EXPECT_EQ(read->root, Everything());
  EXPECT_TRUE(read->warnings.empty()) << read->warnings.front().Text();
}

TEST(PlistWriter, IsLaidOutAsMacOsDoes) {
  Dict dict;
  dict.Set("Label", "x");
  dict.Set("Rules", Array{Value(int64_t{1})});
  EXPECT_EQ(*WriteXml(dict),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
            "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n"
            "\t<key>Label</key>\n\t<string>x</string>\n\t<key>Rules</key>\n\t<array>\n"
            "\t\t<integer>1</integer>\n\t</array>\n</dict>\n</plist>\n");
}

TEST(PlistWriter, RefusesWhatXmlCannotHold) {
  for (const Value& bad : {Value(Uid{1}), Value(Redacted{}), Value(std::numeric_limits<double>::infinity()),
                           Value(std::string("\x01")), Value("\xff")}) {
    Dict dict;
    dict.Set("list", Array{Value("fine"), bad});
    const auto text = WriteXml(dict);
    EXPECT_TRUE(absl::IsInvalidArgument(text.status())) << bad.TypeName();
    EXPECT_THAT(std::string(text.status().message()), HasSubstr("list[1]"));
  }
}

}  // namespace
}  // namespace holdfast::plist
