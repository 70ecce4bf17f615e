#include "base/text/table.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <map>

#include "absl/strings/str_split.h"
#include "base/text/width.h"

namespace holdfast::text {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

Table Example() {
  Table table({{"NAME", Align::kLeft, true, 6}, {"STATUS"}, {"SINCE", Align::kRight}});
  table.AddRow({"Corp VPN of the northern branch", {"connected", Style::kGreen}, "3s"});
  table.AddRow({"Lab", "down", "10m 00s"});
  return table;
}

TEST(Table, AlignsColumnsToTheLongestCell) {
  EXPECT_EQ(Example().Render({}),
            "NAME                             STATUS       SINCE\n"
            "Corp VPN of the northern branch  connected       3s\n"
            "Lab                              down       10m 00s\n");
}

TEST(Table, CutsTheColumnThatMayShrink) {
  EXPECT_EQ(Example().Render({30, false}),
            "NAME        STATUS       SINCE\n"
            "Corp VPN …  connected       3s\n"
            "Lab         down       10m 00s\n");
}

TEST(Table, LeavesLastColumnsOutWhenNothingElseHelps) {
  EXPECT_EQ(Example().Render({18, false}),
            "NAME     STATUS\n"
            "Corp V…  connected\n"
            "Lab      down\n");
}

TEST(Table, LeavesOutWhatMattersLeastAndGivesItsRoomBack) {
  Table table({{"ID", Align::kLeft, false, 4, /*rank=*/2}, {"NAME", Align::kLeft, true, 4}, {"STATUS"}});
  table.AddRow({"21EAB605-13F4", "Corporate VPN", "connected"});
  EXPECT_EQ(table.Render({26, false}),
            "NAME           STATUS\n"
            "Corporate VPN  connected\n");
}

TEST(Table, ContinuesATextThatWrapsBelowItself) {
  Table table({{"SEQ", Align::kRight},
               {"WHAT", Align::kLeft, /*shrinks=*/true, 10, /*rank=*/0, /*wraps=*/true},
               {"ACK"}});
  table.AddRow({"7", "the gateway does not answer", "yes"});
  table.AddRow({"8", "connected", "no"});
  EXPECT_EQ(table.Render({24, false}),
            "SEQ  WHAT            ACK\n"
            "  7  the gateway     yes\n"
            "     does not\n"
            "     answer\n"
            "  8  connected       no\n");
}

TEST(Table, NeverIsWiderThanTheTerminal) {
  for (int width = 6; width < 60; ++width) {
    std::vector<int> widths;
    for (absl::string_view line : absl::StrSplit(Example().Render({width, false}), '\n')) {
      widths.push_back(DisplayWidth(line));
    }
    EXPECT_THAT(widths, Each(Le(width)));
  }
}

TEST(Table, ColoursOnlyWhereThereIsColour) {
  EXPECT_THAT(Example().Render({0, true}), HasSubstr("\x1b[32mconnected\x1b[0m"));
  EXPECT_THAT(Example().Render({0, false}), Not(HasSubstr("\x1b")));
}

TEST(Table, NamesCannotSteerTheTerminal) {
  Table table({{"NAME"}});
  table.AddRow({"evil\x1b[2Jname\nwith\x9b lines"});
  EXPECT_EQ(table.Render({}), "NAME\nevil?[2Jname?with? lines\n");
}

TEST(Table, MissingCellsAreEmpty) {
  Table table({{"A"}, {"B"}});
  table.AddRow({"1"});
  EXPECT_EQ(table.Render({}), "A  B\n1\n");
}

TEST(RenderFields, WrapsLongValuesUnderThemselves) {
  EXPECT_EQ(
      RenderFields({{"Status", "connected"}, {"Why", "the gateway does not answer since ten minutes"}}, {30}),
      "Status  connected\n"
      "Why     the gateway does not\n"
      "        answer since ten\n"
      "        minutes\n");
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("Büro"), 4);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(DisplayWidth("東京"), 4);
}

TEST(Truncate, NeverSplitsACharacter) {
  EXPECT_EQ(Truncate("東京タワー", 5), "東京…");
  EXPECT_EQ(Truncate("東京タワー", 4), "東…");
  EXPECT_EQ(Truncate("abc", 3), "abc");
  EXPECT_EQ(Truncate("abc", 0), "");
}

TEST(FirstBytes, EndsBetweenCharacters) {
  EXPECT_EQ(FirstBytes("gr\xC3\xBCn", 10), "gr\xC3\xBCn");
  EXPECT_EQ(FirstBytes("gr\xC3\xBCn", 4), "gr\xC3\xBC");
  EXPECT_EQ(FirstBytes("gr\xC3\xBCn", 3), "gr");
  EXPECT_EQ(FirstBytes("\xF0\x9F\x94\x92", 3), "");
}

TEST(Printable, ReplacesMalformedAndReorderingText) {
  EXPECT_EQ(Printable("a\xC0\xAF"), "a??");
  EXPECT_EQ(Printable("a\xE2\x80\xAEmoc"), "a?moc");
  EXPECT_EQ(Printable("\xED\xA0\x80"), "???");
  EXPECT_EQ(Printable("Zürich 東京"), "Zürich 東京");
}

TEST(PrintableLines, KeepsLinesButNoneThatLooksLikeAnotherMessage) {
  EXPECT_EQ(PrintableLines("one\ntwo\x1b[2J"), "one\n  two?[2J");
}

TEST(WrapLines, BreaksAtSpacesAndInsideLongWords) {
  EXPECT_THAT(WrapLines("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapLines("abcdefghij kl", 4), ElementsAre("abcd", "efgh", "ij", "kl"));
  EXPECT_THAT(WrapLines("kept\nas it is", 0), ElementsAre("kept", "as it is"));
}

Environment Variables(std::map<std::string, std::string> set) {
  return [set = std::move(set)](const char* name) -> const char* {
    auto it = set.find(name);
    return it == set.end() ? nullptr : it->second.c_str();
  };
}

TEST(TerminalOf, IsUnlimitedAndPlainWithoutATerminal) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  EXPECT_EQ(TerminalOf(fds[1], Variables({{"TERM", "xterm"}})).width, 0);
  EXPECT_EQ(TerminalOf(fds[1], Variables({{"COLUMNS", "72"}})).width, 72);
  EXPECT_FALSE(TerminalOf(fds[1], Variables({{"TERM", "xterm"}})).colour);
  close(fds[0]);
  close(fds[1]);
}

TEST(TerminalOf, HonoursNoColorOnATerminal) {
  const int fd = posix_openpt(O_RDWR | O_NOCTTY);
  if (fd < 0) GTEST_SKIP() << "no pseudo-terminals here";
  const bool is_terminal = isatty(fd) == 1;
  EXPECT_EQ(TerminalOf(fd, Variables({{"TERM", "xterm"}})).colour, is_terminal);
  EXPECT_FALSE(TerminalOf(fd, Variables({{"TERM", "xterm"}, {"NO_COLOR", "1"}})).colour);
  EXPECT_FALSE(TerminalOf(fd, Variables({{"TERM", "dumb"}})).colour);
  close(fd);
}

}  // namespace
}  // namespace holdfast::text
