// holdfast-server as a process: starts, refusals to start, kills and restarts.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/integration/server/running_server.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kExitFailed = 1, kExitUsage = 2, kExitDataDir = 3, kExitDatabase = 4, kExitListen = 5;

class ServerProcess : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments, std::string* err = nullptr) {
    Program server(folder_, "holdfast-server", arguments);
    const int code = server.Wait();
    if (err != nullptr) *err = server.Err();
    return code;
  }
  // An enrollment token, as an admin on the same host makes one.
  std::string NewToken(const RunningServer& server) {
    Program admin(folder_, "holdfast-admin", {"--data-dir", server.data_dir(), "--csv", "tokens", "create"});
    EXPECT_EQ(admin.Wait(), 0) << admin.Err();
    const std::string out = admin.Out();
    const size_t at = out.find("hfe_");
    return at == std::string::npos ? "" : out.substr(at, out.find('\n', at) - at);
  }
  std::string folder_ = NewFolder(::testing::TempDir());
  const std::vector<std::string> any_port_ = {"--agent-listen", "127.0.0.1:0", "--admin-listen",
                                              "127.0.0.1:0"};
  std::vector<std::string> With(std::vector<std::string> more) {
    more.insert(more.end(), any_port_.begin(), any_port_.end());
    return more;
  }
};

TEST_F(ServerProcess, TokenIsPrintedOnceKeptPrivateAndNeverLogged) {
  RunningServer server(folder_);
  const std::string first = server.program().Out();
  ASSERT_THAT(first, HasSubstr("hfa_"));
  const std::string token = ReadFile(server.ready().token_file).value_or("");
  EXPECT_THAT(first, HasSubstr(token.substr(0, token.size() - 1)));
  struct stat info{};
  ASSERT_EQ(stat(server.ready().token_file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  EXPECT_THAT(server.program().Err(), Not(HasSubstr("hfa_")));
  ASSERT_EQ(server.Stop(), 0);
  server.Start();
  EXPECT_THAT(server.program().Out(), Not(HasSubstr("hfa_")));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_F(ServerProcess, WhoHasTheFolderMakesATokenWhenTheOthersAreLost) {
  const std::string nowhere = folder_ + "/nowhere";
  std::string err;
  EXPECT_EQ(Run({"--data-dir", nowhere, "--new-admin-token", "anna"}, &err), kExitDataDir);
  EXPECT_THAT(err, HasSubstr("nowhere"));
  EXPECT_NE(access(nowhere.c_str(), F_OK), 0) << "no server is made by it";

  RunningServer server(folder_);
  const std::string lost = ReadFile(server.ready().token_file).value_or("");
  EXPECT_EQ(Run({"--data-dir", server.data_dir(), "--new-admin-token", "anna"}, &err), kExitDataDir);
  EXPECT_THAT(err, HasSubstr("another holdfast-server")) << "it runs";
  ASSERT_EQ(server.Stop(), 0);
  ASSERT_EQ(unlink(server.ready().token_file.c_str()), 0);
  EXPECT_EQ(Run({"--data-dir", server.data_dir(), "--new-admin-token", "admin"}, &err), kExitFailed);
  EXPECT_THAT(err, HasSubstr("choose another name"));
  Program maker(folder_, "holdfast-server", {"--data-dir", server.data_dir(), "--new-admin-token", "anna"});
  ASSERT_EQ(maker.Wait(), 0) << maker.Err();
  const std::string made = ReadFile(server.data_dir() + "/admin-token").value_or("");
  EXPECT_NE(made, lost);
  EXPECT_THAT(maker.Out(), HasSubstr(made.substr(0, made.size() - 1)));
  EXPECT_THAT(maker.Err(), Not(HasSubstr("hfa_")));

  server.Start();
  NewToken(server);  // it may change things
  Program audit(folder_, "holdfast-admin", {"--data-dir", server.data_dir(), "--csv", "audit"});
  ASSERT_EQ(audit.Wait(), 0) << audit.Err();
  EXPECT_THAT(audit.Out(), HasSubstr(absl::StrCat("data folder,uid ", getuid(), ",CreateAdminToken")));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_F(ServerProcess, DeviceStaysEnrolledAcrossARestart) {
  RunningServer server(folder_);
  TestAgent agent = server.NewAgent("mac");
  ASSERT_TRUE(agent.Enroll(NewToken(server)).ok());
  ASSERT_EQ(server.Stop(), 0);
  server.Start();
  agent.SetPort(server.ready().agents.port);
  agent.Append(3);
  const auto response = agent.Sync();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->acked_through, 3u);
}

TEST_F(ServerProcess, AcknowledgedRowsSurviveKillNine) {
  RunningServer server(folder_);
  TestAgent agent = server.NewAgent("mac");
  ASSERT_TRUE(agent.Enroll(NewToken(server)).ok());
  for (int round = 0; round < 3; ++round) {
    agent.Append(20);
    ASSERT_TRUE(agent.Sync().ok());
    server.program().Signal(SIGKILL);
    ASSERT_EQ(server.program().Wait(), 128 + SIGKILL);
    server.Start();
    agent.SetPort(server.ready().agents.port);
    // Nothing to send: the answer says how far the server has stored.
    const auto response = agent.Sync();
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->acked_through, agent.rows().size());
  }
}

TEST_F(ServerProcess, SecondServerOnTheSameFolderIsRefused) {
  RunningServer server(folder_);
  std::string err;
  EXPECT_EQ(Run(With({"--data-dir", server.data_dir()}), &err), kExitDataDir);
  EXPECT_THAT(err, HasSubstr("another holdfast-server"));
  EXPECT_THAT(err, HasSubstr(std::to_string(server.program().pid())));
}

TEST_F(ServerProcess, CorruptDatabaseIsNamed) {
  RunningServer server(folder_);
  ASSERT_EQ(server.Stop(), 0);
  const std::string database = server.data_dir() + "/fleet.db";
  ASSERT_TRUE(WriteFileAtomically(database, std::string(8192, 'x'), 0600).ok());
  unlink((database + "-wal").c_str());
  std::string err;
  EXPECT_EQ(Run(With({"--data-dir", server.data_dir()}), &err), kExitDatabase);
  EXPECT_THAT(err, HasSubstr("fleet.db"));
}

TEST_F(ServerProcess, FolderThatCannotBeMadeIsNamed) {
  std::string err;
  EXPECT_EQ(Run(With({"--data-dir", "/proc/holdfast"}), &err), kExitDataDir);
  EXPECT_THAT(err, HasSubstr("/proc/holdfast"));
}

TEST_F(ServerProcess, AddressThatCannotBeListenedOnIsNamed) {
  RunningServer server(folder_);
  const std::string other = folder_ + "/other";
  const std::string taken = server.ready().admins.ToString();
  std::string err;
  EXPECT_EQ(Run({"--data-dir", other, "--agent-listen", "127.0.0.1:0", "--admin-listen", taken}, &err),
            kExitListen);
  EXPECT_THAT(err, HasSubstr(taken));
  EXPECT_THAT(err, HasSubstr("in use"));
  EXPECT_EQ(
      Run({"--data-dir", other, "--agent-listen", "192.0.2.1:0", "--admin-listen", "127.0.0.1:0"}, &err),
      kExitListen);
  EXPECT_THAT(err, HasSubstr("192.0.2.1"));
}

TEST_F(ServerProcess, WrongUsageIsTwoAndHelpIsZero) {
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_EQ(Run({"--data-dir", folder_ + "/x", "--agent-listen", "nonsense"}), kExitUsage);
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_EQ(Run({"--version"}), 0);
}

TEST_F(ServerProcess, ReadyFileGoesWhenTheServerStops) {
  RunningServer server(folder_);
  EXPECT_EQ(access((folder_ + "/ready.json").c_str(), F_OK), 0);
  ASSERT_EQ(server.Stop(), 0);
  EXPECT_NE(access((folder_ + "/ready.json").c_str(), F_OK), 0);
}

TEST_F(ServerProcess, MockPrintsWhatItStoredOnASignalAndAtTheEnd) {
  const std::string ready_path = folder_ + "/mock.json";
  Program mock(folder_, "holdfast-server-mock", {"--ready-file", ready_path, "--print-received"});
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (access(ready_path.c_str(), F_OK) != 0 && absl::Now() < deadline)
    absl::SleepFor(absl::Milliseconds(10));
  const auto ready = server::ParseReadyJson(ReadFile(ready_path).value_or(""));
  ASSERT_TRUE(ready.ok()) << mock.Err();
  const auto enrollment = EnrollmentString::Parse(ready->enrollment_string);
  ASSERT_TRUE(enrollment.ok()) << enrollment.status();
  TestAgent agent(ready->agents.port, ReadFile(ready->ca_file).value_or(""), "mac");
  ASSERT_TRUE(agent.Enroll(enrollment->token).ok());
  agent.Append(2);
  ASSERT_TRUE(agent.Sync().ok());
  mock.Signal(SIGUSR1);
  mock.Signal(SIGTERM);
  EXPECT_EQ(mock.Wait(), 0) << mock.Err();
  EXPECT_THAT(mock.Out(), HasSubstr(ToHex(agent.rows().back().hash)));
}

}  // namespace
}  // namespace holdfast
