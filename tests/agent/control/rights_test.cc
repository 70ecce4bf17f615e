// Who may ask what on the local socket: a row for each operation, and docs/security.md says the same.
#include "agent/control/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace holdfast::control {
namespace {

using ::testing::HasSubstr;

constexpr char kAnyone[] = "anyone";
constexpr char kConsole[] = "root, the console user";
constexpr char kOwn[] = "each user, their own: what to start and show in their session";

struct Row {
  Operation operation;
  std::string words;
  bool anyone = words != kConsole;  // may ask at all
};
const Row kRows[] = {{Operation::kStatus, kAnyone},       {Operation::kHistory, kAnyone},
                     {Operation::kPolicy, kAnyone},       {Operation::kConnect, kConsole},
                     {Operation::kDisconnect, kConsole},  {Operation::kOverride, kConsole},
                     {Operation::kEndOverride, kConsole}, {Operation::kTasks, kOwn}};

class Rights : public ::testing::TestWithParam<Row> {
 protected:
  const ConsoleUser anna{true, 501, "anna"};
};

TEST_P(Rights, RootAndThePersonAtTheMacMayAskEverything) {
  EXPECT_TRUE(CheckRight(GetParam().operation, {.uid = 0}, anna).ok());
  EXPECT_TRUE(CheckRight(GetParam().operation, {.uid = 501}, anna).ok());
  EXPECT_TRUE(CheckRight(GetParam().operation, {.uid = 0}, {}).ok());
}

TEST_P(Rights, OthersMayReadOnly) {
  for (const ConsoleUser& console : {anna, ConsoleUser{}}) {
    const absl::Status checked = CheckRight(GetParam().operation, {.uid = 502}, console);
    EXPECT_EQ(checked.ok(), GetParam().anyone);
    if (GetParam().anyone) continue;
    EXPECT_EQ(checked.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(std::string(checked.message()), HasSubstr(OperationName(GetParam().operation)));
  }
}

// At the login window nobody is the person at the Mac: not even who was a moment ago.
TEST_P(Rights, WithoutAConsoleUserOnlyRootCommands) {
  EXPECT_EQ(CheckRight(GetParam().operation, {.uid = 501}, {}).ok(), GetParam().anyone);
}

TEST_P(Rights, AreWrittenDown) {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  const auto page = ReadFile(absl::StrCat(source == nullptr ? "." : source, "/docs/security.md"));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(*page, HasSubstr(absl::StrCat("| ", OperationName(GetParam().operation), " | ",
                                            GetParam().words, " |")));
}

INSTANTIATE_TEST_SUITE_P(EachOperation, Rights, ::testing::ValuesIn(kRows));

}  // namespace
}  // namespace holdfast::control
