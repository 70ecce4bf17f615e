#include "storage/sqlite/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::sqlite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(RealFiles, ASecondLockNamesPathAndPid) {
  TempFolder folder;
  auto first = RealFiles().Lock(folder.File("lock"));
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = RealFiles().Lock(folder.File("lock"));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              AllOf(HasSubstr(folder.File("lock")), HasSubstr(absl::StrCat("pid ", getpid()))));
}

TEST(RealFiles, ALockEndsWithItsObject) {
  TempFolder folder;
  {
    auto first = RealFiles().Lock(folder.File("lock"));
  }
  EXPECT_TRUE(RealFiles().Lock(folder.File("lock")).ok());
}

TEST(RealFiles, RenameNeverOverwrites) {
  TempFolder folder;
  std::ofstream(folder.File("a")) << "a";
  std::ofstream(folder.File("b")) << "b";
  EXPECT_EQ(RealFiles().Rename(folder.File("a"), folder.File("b")).code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(RealFiles().Rename(folder.File("a"), folder.File("c")).ok());
  EXPECT_FALSE(RealFiles().Exists(folder.File("a")));
  EXPECT_TRUE(RealFiles().Exists(folder.File("c")));
}

}  // namespace
}  // namespace holdfast::sqlite
