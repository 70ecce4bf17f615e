// The folder that a root daemon trusts.
#include "agent/platform/posix/state_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast::platform {
namespace {

using ::testing::HasSubstr;

class StateDirectoryTest : public ::testing::Test {
 protected:
  StateDirectoryTest() {
    std::string pattern = ::testing::TempDir() + "/state-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void ExpectRefused() const {
    const absl::Status status = StateDirectory::Open(folder_).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(folder_));
  }
  std::string folder_;
};

TEST_F(StateDirectoryTest, FilesAreTheOwnersAlone) {
  auto files = StateDirectory::Open(folder_ + "/new");
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_TRUE(files->Write("identity", "key").ok());
  struct stat info{};
  ASSERT_EQ(stat((folder_ + "/new/identity").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((folder_ + "/new").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(StateDirectoryTest, ReadableByOthersIsFine) {
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  EXPECT_TRUE(StateDirectory::Open(folder_).ok());
}

TEST_F(StateDirectoryTest, WritableByOthersIsRefused) {
  for (const mode_t mode : {0777, 01777, 0770}) {
    ASSERT_EQ(chmod(folder_.c_str(), mode), 0);
    ExpectRefused();
  }
}

TEST_F(StateDirectoryTest, SomebodyElsesIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  ASSERT_EQ(chown(folder_.c_str(), 12345, 12345), 0);
  ExpectRefused();
}

}  // namespace
}  // namespace holdfast::platform
