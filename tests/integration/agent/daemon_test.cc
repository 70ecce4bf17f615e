// holdfastd as a process, on a simulated Mac: its command line, its state folder, its ways to start and end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/unix_socket.h"
#include "tests/integration/agent/process.h"

namespace holdfast::integration {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPolicy[] =
    "policyVersion: 4\n"
    "enforcementMode: enforce\n"
    "services:\n"
    "  - name: corp\n"
    "    match: {type: IKEv2}\n"
    "    authentication: machine\n"
    "    alwaysConnected: {enabled: true}\n";

class DaemonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (Program("holdfastd").empty()) GTEST_SKIP() << "holdfastd is not built";
    std::string folder = ::testing::TempDir() + "/daemon-XXXXXX";
    folder_ = mkdtemp(folder.data());
    state_ = folder_ + "/state";
    WriteText(folder_ + "/policy.yaml", kPolicy);
  }
  std::vector<std::string> Argv(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {"holdfastd", "--state-dir", state_,         "--backend",
                                     "simulated", "--no-server", "--ready-file", folder_ + "/ready"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  bool IsReady() const {
    return Eventually([this] { return !FileText(folder_ + "/ready").empty(); });
  }
  std::string Dump() const {
    Process dump({"holdfastd", "--state-dir", state_, "--dump-rows"}, folder_ + "/dump");
    EXPECT_EQ(dump.Wait(), 0) << dump.Err();
    return dump.Out();
  }
  std::string folder_, state_;
};

TEST_F(DaemonTest, StopsCleanlyOnTerm) {
  Process daemon(Argv(), folder_ + "/daemon");
  ASSERT_TRUE(IsReady()) << daemon.Err();
  EXPECT_EQ(daemon.Stop(), 0);
  EXPECT_THAT(daemon.Err(), HasSubstr("stopped"));
  EXPECT_THAT(Dump(), HasSubstr("agent_stopped"));
  EXPECT_TRUE(FileText(folder_ + "/ready").empty());
}

#ifdef HOLDFAST_CRASHING_LIBRARY
TEST_F(DaemonTest, APrivateCallThatCrashesIsFoundInAChildAndNotMade) {
  {
    Process daemon(Argv({"--session-library", HOLDFAST_NE_DOUBLE}), folder_ + "/daemon");
    ASSERT_TRUE(IsReady()) << daemon.Err();
    EXPECT_EQ(daemon.Stop(), 0);
  }
  Process daemon(Argv({"--session-library", HOLDFAST_CRASHING_LIBRARY}), folder_ + "/daemon");
  ASSERT_TRUE(IsReady()) << daemon.Err();
  EXPECT_TRUE(Eventually([this] { return absl::StrContains(Dump(), "incident_opened"); })) << Dump();
  EXPECT_EQ(daemon.Stop(), 0);
  EXPECT_THAT(daemon.Err(), ContainsRegex("private interface is not called.*it crashed: Aborted.*scutil"));
  EXPECT_THAT(FileText(state_ + "/rehearsal"), HasSubstr("it crashed: Aborted"));
}
#endif

// A simulated Mac with two transparent proxies, asked over the socket.
TEST_F(DaemonTest, SaysWhoWouldCarryAProgramsTraffic) {
  if (Program("holdfastctl").empty()) GTEST_SKIP() << "holdfastctl is not built";
  Process daemon(
      Argv({"--profiles", absl::StrCat(getenv("HOLDFAST_SOURCE"), "/deploy/demo/profiles/proxies-mac")}),
      folder_ + "/daemon");
  ASSERT_TRUE(IsReady()) << daemon.Err();
  Process explain(
      {"holdfastctl", "--state-dir", state_, "--json", "explain", "com.example.app", "www.example.com:443"},
      folder_ + "/explain");
  EXPECT_EQ(explain.Wait(), 0) << explain.Err();
  for (const char* proxy : {"Netskope", "Global Secure Access"}) {
    EXPECT_THAT(explain.Out(),
                ContainsRegex(absl::StrCat("\"layer\":\"proxy\",\"part\":\"[a-z ]+\",\"name\":\"", proxy)));
  }
  EXPECT_THAT(explain.Out(), HasSubstr("\"sources\":\"holdfastd\""));
  EXPECT_THAT(explain.Out(), Not(HasSubstr("only the daemon knows them")));
  EXPECT_EQ(daemon.Stop(), 0);
}

// One command to a simulated Mac; its answer.
std::string Play(const std::string& path, const std::string& command) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = *UnixAddress(path);
  char answer[256];
  ssize_t got = -1;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      dprintf(fd, "%s\n", command.c_str()) > 0) {
    got = read(fd, answer, sizeof answer);
  }
  close(fd);
  return got < 0 ? "" : std::string(answer, static_cast<size_t>(got));
}

// The whole chain: what only the person's own session can start is started there.
TEST_F(DaemonTest, AServiceOfAUserIsStartedByTheHelperInTheirSession) {
  if (Program("holdfast-session").empty()) GTEST_SKIP() << "holdfast-session is not built";
  WriteText(folder_ + "/policy.yaml", absl::StrReplaceAll(kPolicy, {{"machine", "user"}}));
  WriteText(folder_ + "/mac.yaml", "hostname: mac\nconsole_user: anna\n");
  const std::string sim = folder_ + "/sim";
  Process daemon(Argv({"--session-library", HOLDFAST_NE_DOUBLE, "--sim-control", sim, "--scenario",
                       folder_ + "/mac.yaml", "--policy", folder_ + "/policy.yaml", "--profiles",
                       absl::StrCat(getenv("HOLDFAST_SOURCE"), "/deploy/demo/profiles/ikev2-mac")}),
                 folder_ + "/daemon");
  ASSERT_TRUE(IsReady()) << daemon.Err();
  Process helper(
      {"holdfast-session", "--socket", state_ + "/control.sock", "--sim-control", sim, "--uid", "501"},
      folder_ + "/helper");
  const auto says = [](const Process& process, const std::string& words) {
    return Eventually([&] { return process.Err().find(words) != std::string::npos; });
  };
  ASSERT_TRUE(says(daemon, "the helper of uid 501 is here")) << daemon.Err() << helper.Err();
  EXPECT_THAT(Play(sim, "user-disconnect \"Corporate VPN\""), HasSubstr("ok"));
  EXPECT_TRUE(says(helper, "starting ")) << daemon.Err() << helper.Err();
}

TEST_F(DaemonTest, ASecondDaemonOnTheSameStateIsRefused) {
  Process daemon(Argv(), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  Process second({"holdfastd", "--state-dir", state_, "--backend", "simulated", "--no-server"},
                 folder_ + "/second");
  EXPECT_EQ(second.Wait(), 4);
  EXPECT_THAT(second.Err(), HasSubstr(absl::StrCat("pid ", daemon.pid())));
}

TEST_F(DaemonTest, AStateFolderThatCannotBeUsedIsNamed) {
  WriteText(state_, "a file");
  Process daemon(Argv(), folder_ + "/daemon");
  EXPECT_EQ(daemon.Wait(), 3);
  EXPECT_THAT(daemon.Err(), HasSubstr(state_));
}

TEST_F(DaemonTest, AnUnreadableProfileIsNamedAndTheDaemonRuns) {
  WriteText(folder_ + "/bad.mobileconfig", "no property list");
  Process daemon(Argv({"--profiles", folder_ + "/bad.mobileconfig"}), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  EXPECT_THAT(daemon.Err(), HasSubstr("bad.mobileconfig"));
  EXPECT_EQ(daemon.Stop(), 0);
}

TEST_F(DaemonTest, ABrokenPolicyAtTheFirstStartRunsInAuditAndSaysSo) {
  WriteText(folder_ + "/policy.yaml", "enforcementMode: perhaps\n");
  Process daemon(Argv({"--policy", folder_ + "/policy.yaml"}), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  EXPECT_THAT(daemon.Err(), HasSubstr("rejected"));
  EXPECT_THAT(daemon.Err(), HasSubstr("from builtin is in force"));
  EXPECT_EQ(daemon.Stop(), 0);
}

TEST_F(DaemonTest, HupReadsThePolicyAgain) {
  Process daemon(Argv({"--policy", folder_ + "/policy.yaml"}), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  WriteText(folder_ + "/policy.yaml", absl::StrCat(kPolicy, "wake: {grace: 90s}\n").replace(15, 1, "5"));
  daemon.Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return daemon.Err().find("policy version 5") != std::string::npos; }))
      << daemon.Err();
}

TEST_F(DaemonTest, CheckPolicyTellsGoodFromBad) {
  Process good({"holdfastd", "--check-policy", folder_ + "/policy.yaml"}, folder_ + "/good");
  EXPECT_EQ(good.Wait(), 0) << good.Err();
  WriteText(folder_ + "/bad.yaml", "policyVersion: one\n");
  Process bad({"holdfastd", "--check-policy", folder_ + "/bad.yaml"}, folder_ + "/bad");
  EXPECT_EQ(bad.Wait(), 5);
  EXPECT_THAT(bad.Err(), HasSubstr("bad.yaml:1"));
}

TEST_F(DaemonTest, WrongUsageIsTwo) {
  Process unknown({"holdfastd", "--nonsense"}, folder_ + "/unknown");
  EXPECT_EQ(unknown.Wait(), 2);
  Process bad_string({"holdfastd", "--state-dir", state_, "--backend", "simulated", "--enroll",
                      "holdfast1:host:1:secret-token"},
                     folder_ + "/string");
  EXPECT_EQ(bad_string.Wait(), 2);
  EXPECT_THAT(bad_string.Err(), Not(HasSubstr("secret-token")));
}

TEST_F(DaemonTest, KilledItLosesNoRowAndStartsAgain) {
  Process first(Argv(), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  ASSERT_TRUE(Eventually([this] { return Dump().find("agent_started") != std::string::npos; }));
  const std::string before = Dump();
  first.Signal(SIGKILL);
  EXPECT_EQ(first.Wait(), 128 + SIGKILL);
  unlink((folder_ + "/ready").c_str());
  Process again(Argv(), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  EXPECT_EQ(Dump().substr(0, before.size()), before);
}

TEST_F(DaemonTest, WhatItWritesIsForItsOwnerOnly) {
  Process daemon(Argv({"--policy", folder_ + "/policy.yaml"}), folder_ + "/daemon");
  ASSERT_TRUE(IsReady());
  struct stat found = {};
  ASSERT_EQ(stat(state_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
  ASSERT_EQ(stat((state_ + "/policy-file").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace holdfast::integration
