#include "agent/control/socket_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent/control/client.h"
#include "agent/control/frame.h"
#include "base/unix_socket.h"

namespace holdfast::control {
namespace {

using ::testing::HasSubstr;

class SocketFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/hf-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/control.sock";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Refusal() const { return std::string(SocketFile::Listen(path_).status().message()); }
  std::string folder_, path_;
};

TEST_F(SocketFileTest, IsForEverybodyToConnectAndGoneAfterwards) {
  {
    const auto file = SocketFile::Listen(path_);
    ASSERT_TRUE(file.ok()) << file.status();
    struct stat info{};
    ASSERT_EQ(stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0666u);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SocketFileTest, AFolderOfItsOwnIsMadeForEverybodyToEnter) {
  const mode_t before = umask(077);
  const auto file = SocketFile::Listen(folder_ + "/run/control.sock");
  umask(before);
  ASSERT_TRUE(file.ok()) << file.status();
  struct stat info{};
  ASSERT_EQ(stat((folder_ + "/run").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0755u);
  EXPECT_THAT(std::string(SocketFile::Listen(folder_ + "/no/run/control.sock").status().message()),
              HasSubstr("create its parent"));
}

TEST_F(SocketFileTest, IsNotTakenFromADaemonThatAnswers) {
  const auto first = SocketFile::Listen(path_);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(Refusal(), HasSubstr("another daemon answers"));
  EXPECT_TRUE(ControlClient::Connect(path_).ok());
}

TEST_F(SocketFileTest, AStaleOneIsReplaced) {
  const int fd = *UnixSocket();
  const sockaddr_un address = *UnixAddress(path_);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(SocketFile::Listen(path_).ok());
}

TEST_F(SocketFileTest, AnotherOneInItsPlaceIsLeftThere) {
  {
    const auto file = SocketFile::Listen(path_);
    std::filesystem::rename(path_, path_ + ".old");
    std::ofstream(path_) << "another";
  }
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(SocketFileTest, AnythingButASocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  EXPECT_THAT(Refusal(), HasSubstr("is not a socket"));
  EXPECT_EQ(std::filesystem::file_size(path_), 8u);
}

TEST_F(SocketFileTest, AFolderThatOthersMayWriteIsRefused) {
  std::filesystem::permissions(folder_, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  EXPECT_THAT(Refusal(), HasSubstr("writable by nobody else"));
}

TEST_F(SocketFileTest, NobodyThereIsUnavailable) {
  EXPECT_EQ(ControlClient::Connect(path_).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ControlClient::Connect(folder_ + std::string(200, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FrameReader, CutsAStreamWhereverItIsSplit) {
  const std::string stream = EncodeFrame("one") + EncodeFrame("") + EncodeFrame("three");
  for (size_t split = 0; split <= stream.size(); ++split) {
    FrameReader reader(16);
    std::vector<std::string> got;
    for (const std::string& part : {stream.substr(0, split), stream.substr(split)}) {
      reader.Append(part);
      while (auto message = *reader.Next()) got.push_back(*message);
    }
    EXPECT_THAT(got, ::testing::ElementsAre("one", "", "three"));
    EXPECT_EQ(reader.buffered(), 0u);
  }
}

}  // namespace
}  // namespace holdfast::control
