#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/session/simulated/simulated_world.h"

namespace holdfast::session {
namespace {

using ::testing::HasSubstr;

class Folder {
 public:
  Folder() {
    char path[] = "/tmp/holdfast-world-XXXXXX";
    path_ = mkdtemp(path);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Connects; -1 when nobody listens.
int Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

std::string ReadLine(int fd) {
  std::string line;
  char c;
  while (read(fd, &c, 1) == 1 && c != '\n') line.push_back(c);
  return line;
}

class World : public ::testing::Test {
 protected:
  World() : executor(clock) {}
  // Runs the executor until `client` is done.
  void Serve(std::function<void()> client) {
    std::thread thread([&] {
      client();
      executor.Stop();
    });
    executor.Run();
    thread.join();
  }

  SystemClock clock;
  PollExecutor executor;
  Folder folder;
};

TEST_F(World, AnswersLinesOfTextOnItsSocket) {
  const std::string path = folder.File("sim.sock");
  auto world = SimulatedWorld::Open({.control = path}, clock, executor);
  ASSERT_TRUE(world.ok()) << world.status();
  Serve([&] {
    const int fd = Connect(path);
    ASSERT_GE(fd, 0);
    const std::string lines = "login alice\nclock +1h\nnons";
    ASSERT_EQ(write(fd, lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
    EXPECT_EQ(ReadLine(fd), "ok");
    EXPECT_EQ(ReadLine(fd), "ok");
    ASSERT_EQ(write(fd, "ense\n", 5), 5);
    EXPECT_THAT(ReadLine(fd), HasSubstr("error: unknown command 'nonsense'"));
    close(fd);
  });
  EXPECT_GT((*world)->clock().Now().wall - clock.Now().wall, absl::Minutes(59));
}

TEST_F(World, CutsWhoSendsALineWithoutEnd) {
  const std::string path = folder.File("sim.sock");
  auto world = SimulatedWorld::Open({.control = path}, clock, executor);
  ASSERT_TRUE(world.ok());
  Serve([&] {
    const int fd = Connect(path);
    const std::string flood(8192, 'x');
    EXPECT_GT(send(fd, flood.data(), flood.size(), MSG_NOSIGNAL), 0);
    EXPECT_EQ(ReadLine(fd), "");  // closed
    close(fd);
  });
}

TEST_F(World, TheSocketIsTheOwnersAndGoesWithTheWorld) {
  const std::string path = folder.File("sim.sock");
  {
    auto world = SimulatedWorld::Open({.control = path}, clock, executor);
    ASSERT_TRUE(world.ok());
    struct stat info{};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u);
    const auto second = SimulatedWorld::Open({.control = path}, clock, executor);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST_F(World, ReplacesAStaleSocketButNothingElse) {
  const std::string stale = folder.File("stale.sock");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, stale.c_str(), sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
  EXPECT_TRUE(SimulatedWorld::Open({.control = stale}, clock, executor).ok());
  const std::string file = folder.File("file");
  std::ofstream(file) << "precious";
  EXPECT_FALSE(SimulatedWorld::Open({.control = file}, clock, executor).ok());
  EXPECT_EQ(access(file.c_str(), F_OK), 0);
  EXPECT_FALSE(SimulatedWorld::Open({.control = folder.File(std::string(200, 'x'))}, clock, executor).ok());
}

TEST_F(World, LivesItsScenarioInRealTime) {
  const std::string path = folder.File("s.yaml");
  std::ofstream(path) << "steps:\n  - {at: 20ms, do: login, user: alice}\n";
  std::string seen;
  auto world = SimulatedWorld::Open({.scenario = path,
                                     .report =
                                         [&](const sim::Step& step, const auto& answer) {
                                           seen = step.command.verb;
                                           EXPECT_TRUE(answer.ok());
                                           executor.Stop();
                                         }},
                                    clock, executor);
  ASSERT_TRUE(world.ok()) << world.status();
  executor.Run();
  EXPECT_EQ(seen, "login");
}

TEST_F(World, ABrokenScenarioIsAnError) {
  const std::string path = folder.File("s.yaml");
  std::ofstream(path) << "nonsense: 1\n";
  const auto world = SimulatedWorld::Open({.scenario = path}, clock, executor);
  EXPECT_THAT(std::string(world.status().message()), HasSubstr(path + ":1: nonsense"));
}

}  // namespace
}  // namespace holdfast::session
