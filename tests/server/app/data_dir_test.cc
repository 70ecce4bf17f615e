#include "server/app/data_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"

namespace holdfast::server {
namespace {

using ::testing::HasSubstr;

class DataDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "datadir.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern + "/data";
  }
  absl::StatusOr<ServerKeys> Keys(const DataDir& dir) {
    return dir.LoadOrCreateKeys(SystemClock().Now().wall, random_);
  }
  std::string path_;
  SystemRandom random_;
};

TEST_F(DataDirTest, IsMadeForItsOwnerOnly) {
  const auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok()) << dir.status();
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
}

TEST_F(DataDirTest, IsRefusedWhenOthersCanReachIt) {
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  ASSERT_EQ(chmod(path_.c_str(), 0755), 0);
  const auto dir = DataDir::Open(path_);
  EXPECT_EQ(dir.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(dir.status().message()), HasSubstr("chmod 700"));
}

TEST_F(DataDirTest, SecondServerIsToldWhoHasIt) {
  const auto first = DataDir::Open(path_);
  ASSERT_TRUE(first.ok());
  const auto second = DataDir::Open(path_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(getpid())));
}

TEST_F(DataDirTest, IsFreeAgainAfterItsServerHasGone) {
  {
    const auto first = DataDir::Open(path_);
  }
  EXPECT_TRUE(DataDir::Open(path_).ok());
}

TEST_F(DataDirTest, FolderThatCannotBeMadeIsNamed) {
  const auto dir = DataDir::Open("/proc/holdfast");
  EXPECT_FALSE(dir.ok());
  EXPECT_THAT(std::string(dir.status().message()), HasSubstr("/proc/holdfast"));
}

TEST_F(DataDirTest, KeysStayTheSameAcrossStarts) {
  const auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok());
  const auto first = Keys(*dir);
  const auto second = Keys(*dir);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_EQ(first->authority.spki_sha256(), second->authority.spki_sha256());
  EXPECT_EQ(*first->policy.RawPublic(), *second->policy.RawPublic());
  EXPECT_EQ(*first->report.RawPublic(), *second->report.RawPublic());
  EXPECT_TRUE(CheckOwnerOnly(path_ + "/ca.key").ok());
  EXPECT_TRUE(CheckOwnerOnly(path_ + "/policy.key").ok());
}

TEST_F(DataDirTest, LostKeysBesideADatabaseAreNotReplaced) {
  const auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok());
  ASSERT_TRUE(Keys(*dir).ok());
  ASSERT_TRUE(WriteFileAtomically(dir->database(), "").ok());
  for (const char* name : {"/ca.key", "/policy.key"}) {
    const std::string bytes = *ReadFile(path_ + name);
    ASSERT_EQ(unlink((path_ + name).c_str()), 0);
    EXPECT_EQ(Keys(*dir).status().code(), absl::StatusCode::kFailedPrecondition) << name;
    ASSERT_TRUE(WriteFileAtomically(path_ + name, bytes, 0600).ok());
  }
  EXPECT_TRUE(Keys(*dir).ok());
}

}  // namespace
}  // namespace holdfast::server
