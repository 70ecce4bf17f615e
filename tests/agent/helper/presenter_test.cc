#include "agent/helper/presenter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/helper/fake_programs.h"

namespace holdfast::helper {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kNasty = "\" & (do shell script \"id\") & \"";

TEST(Presenter, TextsAreArgumentsNeverScript) {
  FakePrograms programs;
  const Presenter presenter(WithoutDialog(), programs.Runner());
  ASSERT_TRUE(presenter.Notify("Title", kNasty).ok());
  ASSERT_EQ(programs.runs.size(), 1u);
  const auto& run = programs.runs[0];
  EXPECT_EQ(run[0], "/usr/bin/osascript");
  EXPECT_EQ(run.back(), kNasty);
  EXPECT_THAT(run[2], Not(HasSubstr("do shell script")));
}

TEST(Presenter, SwiftDialogOffersToPause) {
  FakePrograms programs;
  const Presenter presenter(WithDialog(), programs.Runner());
  ASSERT_TRUE(presenter.Notify("Title", "text").ok());
  EXPECT_THAT(programs.runs[0], ElementsAre("/bin/sh", "--notification", "--title", "Title", "--message",
                                            "text", "--button1text", "Pause...", "--button1action", "pause"));
}

TEST(Presenter, AFailedNotificationIsAnError) {
  FakePrograms programs;
  programs.answers = {{"", 1}};
  EXPECT_FALSE(Presenter(WithDialog(), programs.Runner()).Notify("t", "x").ok());
}

TEST(Presenter, ReadsWhatAPersonTyped) {
  FakePrograms programs;
  programs.answers = {{"Answer : because : of it\n"}, {"typed text\n"}};
  const auto dialog = Presenter(WithDialog(), programs.Runner()).AskText("t", "why?", false);
  EXPECT_EQ(dialog.value(), "because : of it");
  const auto script = Presenter(WithoutDialog(), programs.Runner()).AskText("t", "why?", false);
  EXPECT_EQ(script.value(), "typed text");
}

TEST(Presenter, ASecretIsHidden) {
  FakePrograms programs;
  programs.answers = {{"Answer : s\n"}, {"s\n"}};
  EXPECT_TRUE(Presenter(WithDialog(), programs.Runner()).AskText("t", "code", true).ok());
  EXPECT_THAT(programs.runs[0], Contains("Answer,secure,required"));
  EXPECT_TRUE(Presenter(WithoutDialog(), programs.Runner()).AskText("t", "code", true).ok());
  EXPECT_THAT(programs.runs[1][2], HasSubstr("with hidden answer"));
}

TEST(Presenter, ReadsAChoiceInEachFormThatIsPrinted) {
  for (const char* out : {"Answer : 1 hour\nAnswerIndex : 1\n", "\"Answer\" : \"1 hour\"\n",
                          "SelectedOption : 1 hour\nSelectedIndex : 1\n"}) {
    FakePrograms programs;
    programs.answers = {{out}};
    const auto chosen =
        Presenter(WithDialog(), programs.Runner()).AskChoice("t", "how long?", {"a", "1 hour"});
    EXPECT_EQ(chosen.value(), "1 hour") << out;
  }
}

TEST(Presenter, CancelledIsNoAnswerAndACrashIsAnError) {
  FakePrograms programs;
  programs.answers = {{"", 2}, {"", 1}, {"", 20}, {"nothing that is known", 0}};
  EXPECT_EQ(Presenter(WithDialog(), programs.Runner()).AskText("t", "q", false).value(), std::nullopt);
  EXPECT_EQ(Presenter(WithoutDialog(), programs.Runner()).AskText("t", "q", false).value(), std::nullopt);
  EXPECT_FALSE(Presenter(WithDialog(), programs.Runner()).AskText("t", "q", false).ok());
  EXPECT_FALSE(Presenter(WithDialog(), programs.Runner()).AskText("t", "q", false).ok());
}

}  // namespace
}  // namespace holdfast::helper
