// holdfastd against holdfast-server-mock over real TLS: what one holds is what the other got.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <memory>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/integration/agent/process.h"

namespace holdfast::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The text of "key": "value" in a JSON file.
std::string JsonText(const std::string& json, const std::string& key) {
  const size_t at = json.find("\"" + key + "\"");
  if (at == std::string::npos) return "";
  const size_t begin = json.find('"', json.find(':', at)) + 1;
  return json.substr(begin, json.find('"', begin) - begin);
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (Program("holdfastd").empty()) GTEST_SKIP() << "holdfastd is not built";
    if (Program("holdfast-server-mock").empty()) GTEST_SKIP() << "holdfast-server-mock is not built";
    std::string folder = ::testing::TempDir() + "/server-XXXXXX";
    folder_ = mkdtemp(folder.data());
    state_ = folder_ + "/state";
  }
  void StartMock(const std::string& script = "", const std::string& policy = "") {
    std::vector<std::string> argv = {"holdfast-server-mock", "--ready-file", folder_ + "/mock.json",
                                     "--print-received"};
    if (!script.empty()) {
      WriteText(folder_ + "/script.yaml", script);
      argv.insert(argv.end(), {"--script", folder_ + "/script.yaml"});
    }
    if (!policy.empty()) {
      WriteText(folder_ + "/server-policy.yaml", policy);
      argv.insert(argv.end(), {"--policy", folder_ + "/server-policy.yaml"});
    }
    mock_ = std::make_unique<Process>(argv, folder_ + "/mock");
    ASSERT_TRUE(Eventually([this] { return !Enrollment().empty(); })) << mock_->Err();
  }
  std::string Enrollment() const { return JsonText(FileText(folder_ + "/mock.json"), "enrollment_string"); }
  void StartDaemon(const std::string& enrollment) {
    WriteText(folder_ + "/enrollment", enrollment);
    daemon_ = std::make_unique<Process>(
        std::vector<std::string>{"holdfastd", "--state-dir", state_, "--backend", "simulated",
                                 "--enroll-file", folder_ + "/enrollment"},
        folder_ + "/daemon");
  }
  bool Logged(const std::string& text) {
    return Eventually([&] { return daemon_->Err().find(text) != std::string::npos; });
  }
  // All starts of the daemon write to one log.
  int TimesOnline() const {
    const std::string log = daemon_->Err();
    int times = 0;
    for (size_t at = 0; (at = log.find(": online", at)) != std::string::npos; ++at) ++times;
    return times;
  }
  // Both end; then each row of the journal must be one that the server stored, and no other.
  void StopAndCompare() {
    EXPECT_EQ(daemon_->Stop(), 0) << daemon_->Err();
    EXPECT_EQ(mock_->Stop(), 0) << mock_->Err();
    Process dump({"holdfastd", "--state-dir", state_, "--dump-rows"}, folder_ + "/dump");
    ASSERT_EQ(dump.Wait(), 0) << dump.Err();
    const std::string received = mock_->Out();
    size_t rows = 0;
    for (const absl::string_view line : absl::StrSplit(dump.Out(), '\n', absl::SkipEmpty())) {
      const std::vector<std::string> field = absl::StrSplit(line, ' ');
      EXPECT_THAT(received, HasSubstr(field.at(2))) << "row " << field.at(1) << " did not arrive";
      ++rows;
    }
    size_t stored = 0;
    for (size_t at = 0; (at = received.find("\"hash\"", at)) != std::string::npos; ++at) ++stored;
    EXPECT_EQ(stored, rows);
    EXPECT_GE(rows, 3u);
  }
  std::string folder_, state_;
  std::unique_ptr<Process> mock_, daemon_;
};

TEST_F(ServerTest, EnrollsAndItsRowsArrive) {
  StartMock();
  StartDaemon(Enrollment());
  ASSERT_TRUE(Logged(": online")) << daemon_->Err();
  StopAndCompare();
  struct stat found = {};
  ASSERT_EQ(stat((state_ + "/identity").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(ServerTest, FindsItsServerAgainWithoutTheEnrollmentString) {
  StartMock();
  StartDaemon(Enrollment());
  ASSERT_TRUE(Logged(": online"));
  EXPECT_EQ(daemon_->Stop(), 0);
  daemon_ = std::make_unique<Process>(
      std::vector<std::string>{"holdfastd", "--state-dir", state_, "--backend", "simulated"},
      folder_ + "/again");
  ASSERT_TRUE(Logged(": online")) << daemon_->Err();
  EXPECT_THAT(daemon_->Err(), Not(HasSubstr("enrolling")));
  StopAndCompare();
}

TEST_F(ServerTest, FaultsCostTimeAndNothingElse) {
  StartMock(
      "rules:\n"
      "  - {method: sync, nth: 1, fault: drop_answer, by: 500ms}\n"
      "  - {method: sync, nth: 2, fault: refuse, code: RESOURCE_EXHAUSTED, retry_after: 300ms}\n"
      "  - {method: sync, nth: 3, fault: duplicate}\n"
      "  - {method: sync, nth: 4, fault: delay, by: 300ms}\n"
      "  - {method: watch, nth: 1, fault: cut_stream, by: 100ms}\n");
  StartDaemon(Enrollment());
  ASSERT_TRUE(Logged(": backing off")) << daemon_->Err();
  ASSERT_TRUE(Eventually([this] {
    const std::string log = daemon_->Err();
    return log.rfind(": online") != std::string::npos && log.rfind(": online") > log.rfind(": backing off");
  })) << daemon_->Err();
  StopAndCompare();
}

TEST_F(ServerTest, ABadTokenIsRefusedAndTheDaemonGoesOn) {
  StartMock();
  std::string enrollment = Enrollment();
  enrollment.back() = enrollment.back() == '0' ? '1' : '0';
  StartDaemon(enrollment);
  ASSERT_TRUE(Logged("refused: TOKEN_UNKNOWN")) << daemon_->Err();
  EXPECT_EQ(daemon_->Stop(), 0);
  EXPECT_THAT(daemon_->Err(), Not(HasSubstr(enrollment.substr(enrollment.rfind(':') + 1))));
}

TEST_F(ServerTest, AServerThatIsNotOursGetsNothing) {
  StartMock();
  std::vector<std::string> part = absl::StrSplit(Enrollment(), ':');
  part[3] = std::string(64, 'a');
  StartDaemon(absl::StrJoin(part, ":"));
  ASSERT_TRUE(Logged("it is not the server meant")) << daemon_->Err();
  EXPECT_EQ(daemon_->Stop(), 0);
  EXPECT_EQ(mock_->Stop(), 0);
  EXPECT_THAT(mock_->Out(), Not(HasSubstr("hash")));
}

// What the server answers when the certificate has expired.
TEST_F(ServerTest, ACertificateThatIsNoLongerGoodIsReplacedByEnrollingAgain) {
  StartMock(
      "rules:\n"
      "  - {method: sync, nth: 1, fault: refuse, code: UNAUTHENTICATED, reason: REENROLL_REQUIRED}\n");
  StartDaemon(Enrollment());
  ASSERT_TRUE(Eventually([this] {
    const std::string log = daemon_->Err();
    return log.find(": backing off") != std::string::npos &&
           log.rfind(": online") > log.find(": backing off");
  })) << daemon_->Err();
  StopAndCompare();
}

TEST_F(ServerTest, ASignedPolicyComesIntoForceAndAForgedOneDoesNot) {
  const std::string policy = "policyVersion: 12\nenforcementMode: audit\n";
  StartMock("", policy);
  StartDaemon(Enrollment());
  EXPECT_TRUE(Logged("policy version 12 from server is in force")) << daemon_->Err();
  StopAndCompare();
}

TEST_F(ServerTest, AForgedPolicyDoesNotComeIntoForce) {
  StartMock(
      "rules:\n"
      "  - {method: enroll, every: 1, fault: wrong_policy_signature}\n"
      "  - {method: sync, every: 1, fault: wrong_policy_signature}\n",
      "policyVersion: 12\nenforcementMode: audit\n");
  StartDaemon(Enrollment());
  EXPECT_TRUE(Logged("a policy of the server was refused")) << daemon_->Err();
  EXPECT_THAT(daemon_->Err(), Not(HasSubstr("from server is in force")));
  StopAndCompare();
}

TEST_F(ServerTest, KilledAgainAndAgainEachRowArrivesOnce) {
  StartMock();
  for (int life = 0; life < 5; ++life) {
    StartDaemon(Enrollment());
    ASSERT_TRUE(Eventually([&] { return TimesOnline() > life; })) << daemon_->Err();
    daemon_->Signal(SIGKILL);
    ASSERT_EQ(daemon_->Wait(), 128 + SIGKILL);
  }
  StartDaemon(Enrollment());
  ASSERT_TRUE(Eventually([&] { return TimesOnline() > 5; })) << daemon_->Err();
  StopAndCompare();
}

}  // namespace
}  // namespace holdfast::integration
