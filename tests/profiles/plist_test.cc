#include "profiles/plist/plist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <plist/plist.h>

#include <regex>
#include <string>

#include "absl/strings/str_cat.h"
#include "profiles/plist/limits.h"
#include "profiles/plist/utf8.h"

namespace holdfast::plist {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Xml(const std::string& value) {
  return absl::StrCat("<?xml version=\"1.0\"?>\n<plist version=\"1.0\">\n", value, "\n</plist>\n");
}

Value RootOf(const std::string& bytes) {
  auto document = Parse(bytes, "test");
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() ? document->root : Value();
}

std::string ErrorOf(const std::string& bytes) {
  auto document = Parse(bytes, "test");
  EXPECT_FALSE(document.ok());
  return document.ok() ? "" : std::string(document.status().message());
}

TEST(Plist, ReadsEveryType) {
  const Value root = RootOf(Xml(
      "<dict><key>t</key><true/><key>i</key><integer>-7</integer><key>h</key><integer>0x10</integer>"
      "<key>r</key><real>1.5</real><key>s</key><string>a &amp; b</string><key>d</key><data>aGk=</data>"
      "<key>w</key><date>2001-01-01T00:00:01Z</date><key>a</key><array><false/><string/></array></dict>"));
  EXPECT_EQ(*root.Find("t"), Value(true));
  EXPECT_EQ(*root.Find("i"), Value(int64_t{-7}));
  EXPECT_EQ(*root.Find("h"), Value(int64_t{16}));
  EXPECT_EQ(*root.Find("r"), Value(1.5));
  EXPECT_EQ(*root.Find("s"), Value(std::string("a & b")));
  EXPECT_EQ(*root.Find("d"), Value(Data{"hi"}));
  EXPECT_EQ(*root.Find("w"), Value(Date{978'307'201}));
  EXPECT_EQ(*root.Find("a"), Value(Array{false, std::string()}));
  EXPECT_EQ(root.Find("none"), nullptr);
}

TEST(Plist, ReadsBinary) {
  plist_t dict = plist_new_dict();
  plist_dict_set_item(dict, "name", plist_new_string("corp"));
  plist_dict_set_item(dict, "uid", plist_new_uid(3));
  char* bytes = nullptr;
  uint32_t size = 0;
  plist_to_bin(dict, &bytes, &size);
  const std::string binary(bytes, size);
  plist_to_bin_free(bytes);
  plist_free(dict);
  const Value root = RootOf(binary);
  EXPECT_EQ(*root.Find("name"), Value(std::string("corp")));
  EXPECT_EQ(*root.Find("uid"), Value(Uid{3}));
  for (size_t cut = 1; cut < binary.size(); ++cut) {
    EXPECT_FALSE(Parse(binary.substr(0, binary.size() - cut), "cut").ok());
  }
}

TEST(Plist, TheLastOfEqualKeysCounts) {
  const Value root =
      RootOf(Xml("<dict><key>a</key><integer>1</integer><key>a</key><integer>2</integer></dict>"));
  EXPECT_EQ(*root.Find("a"), Value(int64_t{2}));
}

TEST(Plist, AKeyThatIsThereTwiceIsTold) {
  const auto document =
      Parse(Xml("<dict><key>a</key><integer>1</integer>\n<key>a</key><integer>2</integer></dict>"), "test");
  ASSERT_TRUE(document.ok());
  ASSERT_EQ(document->warnings.size(), 1u);
  EXPECT_EQ(document->warnings[0].kind, Oddity::Kind::kDuplicateKey);
  EXPECT_EQ(document->warnings[0].line, 4u);
}

TEST(Plist, ErrorsNameTheColumn) {
  EXPECT_THAT(ErrorOf("<?xml?>\n<plist><dict>\n  <sting>x</sting>"),
              HasSubstr("line 3, column 3: unknown element"));
  EXPECT_THAT(ErrorOf("<html></html>"), HasSubstr("line 1, column 1: "));
}

TEST(Plist, ValuesKnowTheirLines) {
  const Value root = RootOf(
      "<?xml?>\n<plist>\n<dict>\n<key>a</key>\n<array>\n<true/>\n<dict><key>x &amp; y</key><string>1</string>"
      "\n<key>b</key><data>\n</data></dict>\n</array>\n<key>c</key><date>2001-01-01T00:00:01Z</date></dict></"
      "plist>");
  EXPECT_EQ(root.line(), 3u);
  const auto* array = root.Find("a")->As<Array>();
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(root.Find("a")->line(), 5u);
  EXPECT_EQ((*array)[0].line(), 6u);
  EXPECT_EQ((*array)[1].line(), 7u);
  EXPECT_EQ((*array)[1].Find("b")->line(), 8u);
  EXPECT_EQ((*array)[1].Find("x & y")->line(), 0u);
  EXPECT_EQ(root.Find("c")->line(), 11u);
}

TEST(Plist, UsualDocumentGivesNoWarning) {
  auto document = Parse(Xml("<dict/>"), "test");
  ASSERT_TRUE(document.ok());
  EXPECT_THAT(document->warnings, IsEmpty());
}

struct Odd {
  std::string bytes;
  std::string warning;
};
class Oddities : public ::testing::TestWithParam<Odd> {};

TEST_P(Oddities, AreAcceptedWithAWarning) {
  auto document = Parse(GetParam().bytes, "test");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_NE(document->root.Find("a"), nullptr);
  EXPECT_THAT(document->warnings,
              ::testing::Contains(::testing::Property(&Oddity::Text, HasSubstr(GetParam().warning))));
}

const std::string kDict = "<dict><key>a</key><true/></dict>";
INSTANTIATE_TEST_SUITE_P(All, Oddities,
                         ::testing::Values(Odd{"\n \n" + Xml(kDict), "line 3: white space stands before"},
                                           Odd{"\xef\xbb\xbf" + Xml(kDict), "byte order mark"},
                                           Odd{"<plist>" + kDict + "</plist>", "no <?xml"},
                                           Odd{"<!DOCTYPE plist>\n<plist>" + kDict + "</plist>", "no <?xml"},
                                           Odd{Xml(kDict) + std::string(3, '\0'), "NUL"},
                                           Odd{Xml(kDict) + "<!-- end --> more", "follows </plist>"}));

struct Broken {
  std::string bytes;
  std::string error;
};
class BrokenFiles : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenFiles, NameTheLineAndWhatIsWrong) {
  const std::string error = ErrorOf(GetParam().bytes);
  EXPECT_THAT(error, HasSubstr("'test'"));
  static const std::regex column(", column [0-9]+");
  EXPECT_THAT(std::regex_replace(error, column, ""), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenFiles,
    ::testing::Values(
        Broken{"", "empty"}, Broken{" \n ", "empty"},
        Broken{"hello there", "line 1: this is not a property list"},
        Broken{"<html></html>", "line 1: unknown element '<html>'"},
        Broken{"<?xml?>\n", "no <plist> element"}, Broken{"<?xml?><dict/>", "does not begin with <plist>"},
        Broken{Xml(""), "line 2: <plist> holds no value"}, Broken{Xml("<dict/><dict/>"), "a second value"},
        Broken{"<?xml?>\n<plist>\n<dict>\n", "line 4: the text ends inside <dict>, opened on line 3"},
        Broken{Xml("<array>\n</dict>"), "line 4: </dict> closes nothing: <array>, opened on line 3"},
        Broken{Xml("<dict>\n<string>x</string></dict>"), "line 4: <string> in a <dict> without a <key>"},
        Broken{Xml("<dict><key>a</key></dict>"), "has no value"},
        Broken{Xml("<dict><key>a</key><key>b</key></dict>"), "a <key> follows a <key>"},
        Broken{Xml("<array><key>a</key></array>"), "a <key> stands in <array>"},
        Broken{Xml("<dict>stray</dict>"), "line 3: the text 'stray' stands outside"},
        Broken{Xml("<string>a\n<true/></string>"), "line 4: <true> stands inside <string>, opened on line 3"},
        Broken{Xml("<integer>$PORT</integer>"), "'$PORT' is no value of <integer>; is it a variable"},
        Broken{Xml("<integer></integer>"), "no value of <integer>"},
        Broken{Xml("<real>x</real>"), "no value of <real>"},
        Broken{Xml("<date>today</date>"), "no value of <date>"}, Broken{Xml("<data>!!</data>"), "not base64"},
        Broken{Xml("<true>x</true>"), "no value of <true>"},
        Broken{Xml("<string>a & b</string>"), "a bare '&'"},
        Broken{Xml("<string>&foo;</string>"), "an entity"},
        Broken{"<!DOCTYPE plist [<!ENTITY a \"b\">]><plist><true/></plist>", "entities of its own"},
        Broken{Xml("<!-- never"), "a comment never ends"},
        Broken{"<?xml?><plist><string", "line 1: a tag is not closed"},
        Broken{Xml("<string>\xff</string>"), "line 3: a byte that is not UTF-8"},
        Broken{std::string("\xff\xfe<\0", 4), "UTF-16"},
        Broken{"bplist00", "binary property list: it is cut short"}));

TEST(Plist, DepthIsBounded) {
  std::string open, close;
  for (size_t i = 0; i < kMaxDepth; ++i)
    absl::StrAppend(&open, "<array>"), absl::StrAppend(&close, "</array>");
  EXPECT_THAT(ErrorOf(Xml(open + close)), HasSubstr("nested deeper"));
  const size_t fits = kMaxDepth - 1;  // <plist> is one level
  EXPECT_TRUE(Parse(Xml(open.substr(0, 7 * fits) + close.substr(0, 8 * fits)), "test").ok());
}

TEST(Plist, SizeAndCountAreBounded) {
  const std::string big = Xml("<string>" + std::string(kMaxBytes, 'x') + "</string>");
  EXPECT_EQ(Parse(big, "test").status().code(), absl::StatusCode::kResourceExhausted);
  std::string many = "<array>";
  for (size_t i = 0; i <= kMaxNodes; ++i) many += "<true/>";
  EXPECT_THAT(ErrorOf(Xml(many + "</array>")), HasSubstr("elements"));
}

// Objects 0..n-1, each an array that names the next one `fan` times; the last is an empty array.
std::string BinaryChain(int n, int fan, bool cycle = false) {
  std::string out = "bplist00";
  std::string offsets;
  for (int i = 0; i < n; ++i) {
    offsets.push_back(static_cast<char>(out.size() >> 8));
    offsets.push_back(static_cast<char>(out.size()));
    const bool last = i + 1 == n && !cycle;
    out.push_back(static_cast<char>(0xa0 | (last ? 0 : fan)));
    for (int f = 0; !last && f < fan; ++f) out.push_back(static_cast<char>((i + 1) % n));
  }
  const size_t table = out.size();
  out += offsets;
  out += std::string(6, '\0') + '\x02' + '\x01';
  const auto be64 = [&](uint64_t v) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(v >> shift));
  };
  be64(static_cast<uint64_t>(n));
  be64(0);
  be64(table);
  return out;
}

TEST(Plist, BinaryGraphsAreBounded) {
  EXPECT_TRUE(Parse(BinaryChain(10, 2), "test").ok());
  EXPECT_THAT(ErrorOf(BinaryChain(100, 1)), HasSubstr("nested deeper"));
  EXPECT_THAT(ErrorOf(BinaryChain(3, 1, true)), HasSubstr("contains itself"));
  // 60 levels of two references each would be 2^60 nodes.
  EXPECT_EQ(Parse(BinaryChain(60, 2), "test").status().code(), absl::StatusCode::kResourceExhausted);
}

// libplist 2.2 aborts the process on such a key.
TEST(Plist, ABinaryKeyWithANulIsRefused) {
  for (const std::string& key :
       {std::string("\x51\0", 2), std::string("\x61\0\0", 3), std::string("\x10\x01", 2)}) {
    const std::string bytes = std::string("bplist00\xd1\x01\x02", 11) + key + "\x09";
    const char table[] = {8, 11, static_cast<char>(11 + key.size())};
    std::string trailer(32, '\0');
    trailer[6] = trailer[7] = 1;
    trailer[15] = 3;
    trailer[31] = static_cast<char>(bytes.size());
    EXPECT_THAT(ErrorOf(bytes + std::string(table, 3) + trailer), HasSubstr("a key"));
  }
}

TEST(Plist, ASecretInBase64IsNotInTheError) {
  EXPECT_THAT(ErrorOf(Xml("<data>hunter2!</data>")), ::testing::Not(HasSubstr("hunter2")));
}

TEST(Utf8, FindsWhatIsNone) {
  EXPECT_EQ(FirstInvalidUtf8("gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x91\x8b"), absl::string_view::npos);
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xe0\x80\x80", "\xff"}) {
    EXPECT_EQ(FirstInvalidUtf8(absl::StrCat("ab", bad)), 2u) << bad;
  }
  EXPECT_EQ(ToValidUtf8("a\xff"
                        "b"),
            "a?b");
}

}  // namespace
}  // namespace holdfast::plist
