// Command lines against a daemon that answers from a script: what they print and how they end.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/ctl/app.h"
#include "agent/ctl/when.h"
#include "base/random.h"
#include "base/text/width.h"
#include "storage/journal/journal.h"
#include "tests/agent/control/fake_daemon.h"

namespace holdfast::ctl {
namespace {

using control::FakeDaemon;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Result {
  ExitCode code;
  std::string out, err;
};

Result RunOn(
    const std::vector<std::string>& arguments, text::Terminal terminal = {},
    const std::function<bool(absl::Duration)>& wait = [](absl::Duration) { return false; },
    const std::function<std::string()>& secret = nullptr) {
  std::ostringstream out, err;
  const ExitCode code = Run(arguments, {out, err, terminal, absl::UTCTimeZone(), wait, secret});
  return {code, out.str(), err.str()};
}

control::ServerOptions As(uid_t uid) {
  control::ServerOptions options;
  options.peer_of = [uid](int) { return control::Peer{uid, uid, 1}; };
  return options;
}

class CtlTest : public ::testing::Test {
 protected:
  Result Ctl(std::vector<std::string> arguments, text::Terminal terminal = {}) {
    arguments.insert(arguments.end(), {"--socket", daemon_.socket()});
    return RunOn(arguments, terminal);
  }
  FakeDaemon daemon_{As(0)};
};

TEST_F(CtlTest, StatusInFullWidth) {
  EXPECT_EQ(
      Ctl({"status"}).out,
      "Agent         holdfastd 1.2.3\n"
      "Policy        enforcing, policy version 7 from server\n"
      "Network       up on en0\n"
      "Console       anna\n"
      "Server        online, holdfast.example.com:8443, last contact 12s ago, rows not acknowledged: 2\n"
      "Services      1 of 2 required protected\n"
      "Failed check  proxy_order: com.example.b comes before com.example.a\n"
      "Incident      stuck_connecting: Lab has been connecting for 3 minutes\n"
      "\n"
      "NAME      STATUS        TIME COUNTS AS   SINCE  NEXT\n"
      "Corp VPN  connected     protected       1h 30m\n"
      "Lab       disconnected  violation       1h 30m  start in 42s\n"
      "Private   invalid       not required    1h 30m\n");
}

TEST_F(CtlTest, NothingIsWiderThanTheTerminal) {
  for (const std::string& command : {"status", "services", "incidents", "history"}) {
    const Result result = Ctl({command}, {60, false});
    EXPECT_EQ(result.code, ExitCode::kOk);
    for (const absl::string_view line : absl::StrSplit(result.out, '\n')) {
      EXPECT_LE(text::DisplayWidth(line), 60) << command << ": " << line;
    }
  }
}

TEST_F(CtlTest, ServicesHaveScutilsColumnsAndOurs) {
  const std::string corp = Uuid::FromName("Corp VPN").ToString();
  const Result result = Ctl({"services"});
  EXPECT_THAT(result.out,
              StartsWith("*  STATUS          ID                                    KIND                   "
                         "NAME        TAG                    RULE           TIME COUNTS AS   SINCE\n"));
  EXPECT_THAT(result.out,
              HasSubstr(absl::StrCat("*  (Connected)     ", corp,
                                     "  VPN (com.example.vpn)  \"Corp VPN\"  "
                                     "[VPN:com.example.vpn]  rule-Corp VPN  protected       1h 30m\n")));
  EXPECT_THAT(result.out, HasSubstr("\n   (Invalid) "));  // disabled: no star
  EXPECT_EQ(Ctl({"services", "--names"}).out, "Corp VPN\nLab\nPrivate\n");
}

TEST_F(CtlTest, WhyGivesReasonsEvidenceAndTheNextStepWithItsTime) {
  daemon_.Do([&] { daemon_.delegate.rows = control::ExampleRows(); });
  const Result result = Ctl({"why", "lab"});
  EXPECT_THAT(
      result.out,
      StartsWith(
          "Lab is disconnected since 09:36:40 (1h 30m); its time counts as violation because of server "
          "unreachable since 09:37:40.\n"
          "Because     The gateway lab.example.com does not answer.\n"
          "            4 starts failed since 07:37.\n"
          "Next        start at 11:07:22 (in 42s): backing off after 4 failures\n"
          "Evidence    4 starts in the last hour, 6 left now, 4 failures in a row\n"
          "Incident    stuck_connecting: Lab has been connecting for 3 minutes\n"
          "What to do  "));
  EXPECT_THAT(result.out,
              HasSubstr("\n 41  10:56:40  session  session disconnected, Server is not responding\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("network up")));  // a row about something else
}

TEST_F(CtlTest, WhyLeavesOutWhatIsAboutTheMacAsAWhole) {
  daemon_.Do([&] { daemon_.delegate.status.engine.incidents[0].incident.key = ""; });
  EXPECT_THAT(Ctl({"why", "Private"}).out, Not(HasSubstr("Incident")));
}

TEST_F(CtlTest, ANextStepHasNoTimeThatIsPast) {
  daemon_.Do([&] {
    daemon_.delegate.status.engine.services[1].next = {
        "nothing", daemon_.delegate.status.now.mono - absl::Hours(1), "up"};
  });
  EXPECT_THAT(Ctl({"why", "Lab"}).out, HasSubstr("Next        nothing: up\n"));
}

TEST_F(CtlTest, ARuleWithoutAConfigurationIsNotShownAsAService) {
  daemon_.Do([&] { daemon_.delegate.status.engine.services[1].facts = ServiceFacts{}; });
  EXPECT_THAT(Ctl({"services"}).out, HasSubstr("\n   (Not installed) "));
  EXPECT_THAT(Ctl({"status"}).out, HasSubstr("rule-Lab  not installed  violation"));
  EXPECT_THAT(Ctl({"why", "rule-Lab"}).out, StartsWith("rule-Lab is not installed"));
}

TEST_F(CtlTest, NarrowTablesKeepTheNames) {
  for (const char* command : {"status", "services"}) {
    EXPECT_THAT(Ctl({command}, {50, false}).out, HasSubstr("Corp VPN")) << command;
  }
}

TEST_F(CtlTest, EachProblemOfARefusedPolicyHasItsLine) {
  daemon_.Do([&] { daemon_.delegate.status.engine.policy_error = "policy.yaml:2: one\npolicy.yaml:5: two"; });
  EXPECT_THAT(Ctl({"status"}).out, HasSubstr("Policy refused  policy.yaml:2: one\n"
                                             "                policy.yaml:5: two\n"));
}

TEST_F(CtlTest, IncidentsSayWhatToDo) {
  EXPECT_THAT(Ctl({"incidents"}).out, StartsWith("Incident        stuck_connecting\n"
                                                 "Severity        error\n"
                                                 "Since           10:56:40 (10m 00s)\n"
                                                 "What            Lab has been connecting for 3 minutes\n"
                                                 "Evidence        since=07:37\n"
                                                 "Changed before  agent upgraded\n"
                                                 "What to do      "));
  daemon_.Do([&] { daemon_.delegate.status.engine.incidents.clear(); });
  EXPECT_EQ(Ctl({"incidents"}).out, "No incident is open.\n");
}

TEST_F(CtlTest, HistoryIsOldestFirstAndFiltered) {
  const Result all = Ctl({"history"});
  EXPECT_LT(all.out.find("agent_started"), all.out.find("network up on en0"));
  const Result some = Ctl({"history", "--kind", "path", "--kind", "agent_started"});
  EXPECT_THAT(some.out, AllOf(HasSubstr("39"), HasSubstr("42"), Not(HasSubstr("session"))));
  EXPECT_THAT(Ctl({"history", "--limit", "1"}).out, AllOf(HasSubstr("42"), Not(HasSubstr("41"))));
  EXPECT_THAT(Ctl({"history", "--service", "Lab"}).out, AllOf(HasSubstr("41"), Not(HasSubstr("42"))));
  EXPECT_EQ(Ctl({"history", "--since", "2d", "--kind", "nonsense"}).code, ExitCode::kFailed);
}

TEST_F(CtlTest, HistoryNamesTheService) {
  daemon_.Do([&] { daemon_.delegate.rows = control::ExampleRows(); });
  EXPECT_THAT(Ctl({"history"}).out, HasSubstr("10:56:40  Lab      session        session disconnected"));
}

TEST_F(CtlTest, HistoryFollowsNewRows) {
  int looks = 0;
  const auto wait = [&](absl::Duration) {
    daemon_.Do([&] {
      journal::Row row = daemon_.delegate.rows.back();
      row.seq += 1;
      daemon_.delegate.rows.push_back(row);
    });
    return ++looks <= 2;
  };
  const Result result =
      RunOn({"history", "--follow", "--limit", "1", "--json", "--socket", daemon_.socket()}, {}, wait);
  std::vector<std::string> lines = absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u) << result.out;
  EXPECT_THAT(lines[0], HasSubstr("\"seq\":\"42\""));
  EXPECT_THAT(lines[1], HasSubstr("\"seq\":\"43\""));
  EXPECT_THAT(lines[2], HasSubstr("\"seq\":\"44\""));
}

TEST_F(CtlTest, ActionsNameTheServiceByIdWhateverWasTyped) {
  const std::string lab = Uuid::FromName("Lab").ToString();
  EXPECT_EQ(Ctl({"connect", "rule-Lab"}).out, absl::StrCat("asked for ", lab, "\n"));
  EXPECT_EQ(Ctl({"disconnect", "la"}).code, ExitCode::kOk);
  EXPECT_EQ(Ctl({"override", "Lab", "--reason", "hotel portal", "--for", "30m"}).code, ExitCode::kOk);
  EXPECT_EQ(Ctl({"override", "--all", "--reason", "maintenance"}).code, ExitCode::kOk);
  EXPECT_EQ(Ctl({"override", "--end"}).code, ExitCode::kOk);
  daemon_.Do([&] {
    const auto& got = daemon_.delegate.requests;
    ASSERT_EQ(got.size(), 5u);
    EXPECT_EQ(got[0].first.verb, UserRequest::Verb::kConnect);
    EXPECT_EQ(got[1].first.verb, UserRequest::Verb::kDisconnect);
    EXPECT_EQ(got[1].second, lab);
    EXPECT_EQ(got[2].first.duration, absl::Minutes(30));
    EXPECT_EQ(got[2].first.reason, "hotel portal");
    EXPECT_EQ(got[3].second, "");
    EXPECT_EQ(got[3].first.duration, absl::ZeroDuration());
    EXPECT_EQ(got[4].first.verb, UserRequest::Verb::kEndOverride);
  });
}

TEST_F(CtlTest, AnOverrideShowsWhatThePolicyAsksFor) {
  const std::vector<std::string> command = {"override",     "Lab",      "--reason",
                                            "hotel portal", "--socket", daemon_.socket()};
  const auto with = [&](std::vector<std::string> more, const std::string& secret) {
    more.insert(more.begin(), command.begin(), command.end());
    return RunOn(more, {}, [](absl::Duration) { return false; }, [secret] { return secret; });
  };
  EXPECT_EQ(with({"--passcode"}, "sesame").code, ExitCode::kOk);
  EXPECT_EQ(with({"--ticket", "INC1"}, "").code, ExitCode::kOk);
  EXPECT_EQ(with({"--code", "3G04"}, "").code, ExitCode::kOk);
  EXPECT_EQ(with({"--passcode"}, "").code, ExitCode::kUsage);
  EXPECT_NE(with({"--code", "3G04", "--ticket", "INC1"}, "").code, ExitCode::kOk) << "only one";
  daemon_.Do([&] {
    const auto& got = daemon_.delegate.requests;
    ASSERT_EQ(got.size(), 3u);
    EXPECT_EQ(got[0].first.credential.kind, Credential::Kind::kPasscode);
    EXPECT_EQ(got[0].first.credential.text, "sesame");
    EXPECT_EQ(got[1].first.credential.kind, Credential::Kind::kTicket);
    EXPECT_EQ(got[2].first.credential.kind, Credential::Kind::kCode);
    EXPECT_FALSE(got[2].first.credential.good) << "nobody but the daemon says so";
  });
}

TEST_F(CtlTest, PrivacySaysWhatLeavesForWhom) {
  daemon_.Do([&] {
    daemon_.delegate.status.uplink.server = "vpn.example.com:443";
    daemon_.delegate.policy.keys.push_back({"privacy.userNotice", "Ask IT", "server"});
  });
  const std::string out = Ctl({"privacy"}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("for vpn.example.com:443"), HasSubstr("Never sent"), HasSubstr("Ask IT")));
  EXPECT_THAT(Ctl({"privacy", "--json"}).out, HasSubstr("\"neverSent\": ["));
  daemon_.Do([&] { daemon_.delegate.status.uplink.server.clear(); });
  EXPECT_THAT(Ctl({"privacy"}).out, StartsWith("Nothing leaves this machine"));
}

TEST_F(CtlTest, PolicyShowsValuesOriginsAndTheDocument) {
  EXPECT_THAT(Ctl({"policy", "show"}).out,
              AllOf(HasSubstr("EnforcementMode   enforce\n"), Not(HasSubstr("default"))));
  EXPECT_THAT(Ctl({"policy", "show", "--origin"}).out, HasSubstr("Reconnect.Settle  2s       default\n"));
  EXPECT_EQ(Ctl({"policy", "show", "--document"}).out, "EnforcementMode: enforce\n");
}

TEST_F(CtlTest, EverythingHasJson) {
  EXPECT_THAT(Ctl({"status", "--json"}).out,
              AllOf(StartsWith("{\n"), HasSubstr("\"enforcementMode\": \"enforce\"")));
  EXPECT_THAT(Ctl({"services", "--json"}).out, AllOf(StartsWith("["), HasSubstr("\"serviceId\"")));
  EXPECT_THAT(Ctl({"why", "Lab", "--json"}).out, HasSubstr("\"failuresInRow\": 4"));
  EXPECT_THAT(Ctl({"incidents", "--json"}).out, AllOf(StartsWith("["), HasSubstr("\"remedy\"")));
  EXPECT_THAT(Ctl({"history", "--json"}).out, HasSubstr("\"rows\": ["));
  EXPECT_THAT(Ctl({"policy", "show", "--json"}).out, HasSubstr("\"keys\": ["));
  EXPECT_THAT(Ctl({"connect", "Lab", "--json"}).out, HasSubstr("\"text\": \"asked for"));
  EXPECT_THAT(Ctl({"version", "--json"}).out, HasSubstr("\"holdfastd\": \"1.2.3\""));
}

TEST_F(CtlTest, ColourOnlyWhereTheTerminalHasIt) {
  EXPECT_THAT(Ctl({"status"}, {80, true}).out, HasSubstr("\x1b[31mviolation"));
  EXPECT_THAT(Ctl({"status"}, {80, false}).out, Not(HasSubstr("\x1b")));
}

TEST_F(CtlTest, WhatADaemonSaysCannotSteerTheTerminal) {
  daemon_.Do([&] {
    daemon_.delegate.status.engine.services[1].facts.name = "Lab\x1b]0;owned\x07";
    daemon_.delegate.status.engine.services[1].reasons = {"one\nFAKE LINE\x1b[2J"};
  });
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"status"}, {"services"}, {"services", "--names"}, {"why", "rule-Lab"}, {"why", "nobody"}}) {
    const Result result = Ctl(command);
    EXPECT_THAT(result.out + result.err, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\nFAKE"))));
  }
}

TEST_F(CtlTest, ExitCodesTellWhatHappened) {
  EXPECT_EQ(Ctl({"status"}).code, ExitCode::kOk);
  EXPECT_EQ(Ctl({"why", "nobody"}).code, ExitCode::kNoSuchService);
  EXPECT_THAT(Ctl({"why", "nobody"}).err, HasSubstr("there are: Corp VPN, Lab, Private"));
  EXPECT_EQ(Ctl({}).code, ExitCode::kUsage);
  EXPECT_EQ(Ctl({"frobnicate"}).code, ExitCode::kUsage);
  EXPECT_THAT(Ctl({"frobnicate"}).err, HasSubstr("there is no command 'frobnicate'"));
  EXPECT_EQ(Ctl({"connect", ""}).code, ExitCode::kNoSuchService);
  EXPECT_EQ(Ctl({"override", "--end", ""}).code, ExitCode::kNoSuchService);
  EXPECT_EQ(Ctl({"override", "Lab"}).code, ExitCode::kUsage);
  EXPECT_EQ(Ctl({"override", "Lab", "--all", "--reason", "because"}).code, ExitCode::kUsage);
  EXPECT_EQ(Ctl({"override", "--all", "--reason", "because", "--for", "soon"}).code, ExitCode::kUsage);
  EXPECT_EQ(Ctl({"history", "--since", "yesterday"}).code, ExitCode::kUsage);
  EXPECT_EQ(Ctl({"--help"}).code, ExitCode::kOk);
  daemon_.Do(
      [&] { daemon_.delegate.action_status = absl::FailedPreconditionError("the override is not allowed"); });
  const Result refused = Ctl({"connect", "Lab"});
  EXPECT_EQ(refused.code, ExitCode::kFailed);
  EXPECT_EQ(refused.err, "holdfastctl: the override is not allowed\n");
}

TEST_F(CtlTest, AnAmbiguousNameListsTheCandidates) {
  daemon_.Do([&] { daemon_.delegate.status.engine.services[2].facts.name = "Lab"; });
  const Result result = Ctl({"connect", "Lab"});
  EXPECT_EQ(result.code, ExitCode::kAmbiguous);
  EXPECT_THAT(result.err, HasSubstr(Uuid::FromName("Private").ToString()));
  EXPECT_EQ(Ctl({"connect", Uuid::FromName("Private").ToString()}).code, ExitCode::kOk);
}

TEST(Ctl, OnlyThoseWhoMayAct) {
  FakeDaemon daemon(As(4242));
  EXPECT_EQ(RunOn({"status", "--socket", daemon.socket()}).code, ExitCode::kOk);
  const Result result = RunOn({"disconnect", "Lab", "--socket", daemon.socket()});
  EXPECT_EQ(result.code, ExitCode::kNotPermitted);
  EXPECT_THAT(result.err, HasSubstr("anna"));
}

class WithoutDaemon : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/hf-ctl-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  Result Ctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--state-dir", folder_});
    return RunOn(arguments);
  }
  std::string folder_;
};

TEST_F(WithoutDaemon, SaysSo) {
  for (const auto& command : std::vector<std::vector<std::string>>{{"status"},
                                                                   {"why", "x"},
                                                                   {"connect", "x"},
                                                                   {"policy", "show"},
                                                                   {"history"},
                                                                   {"history", "--follow"}}) {
    const Result result = Ctl(command);
    EXPECT_EQ(result.code, ExitCode::kNotRunning) << command[0];
    EXPECT_THAT(result.err, HasSubstr("holdfastd"));
    if (command.back() != "--follow") EXPECT_THAT(result.err, HasSubstr("start it")) << command[0];
  }
  EXPECT_EQ(Ctl({"version"}).out, "holdfastctl " HOLDFAST_VERSION "\nholdfastd not running\n");
}

TEST_F(WithoutDaemon, HistoryReadsTheJournalItself) {
  SystemClock clock;
  SeededRandom random(1);
  journal::OpenOptions options;
  options.path = folder_ + "/journal.db";
  options.random = &random;
  options.clock = &clock;
  options.encode_epoch_began = [](const std::string&, std::optional<uint64_t>) { return ""; };
  options.encode_gap = [](uint64_t, uint64_t, uint64_t, const Sha256Digest&) { return ""; };
  options.encode_pruned = [](uint64_t, const Sha256Digest&) { return ""; };
  journal::OpenReport report;
  auto journal = journal::Journal::Open(options, &report);
  ASSERT_TRUE(journal.ok()) << journal.status();
  const journal::Row example = control::ExampleRows()[3];
  ASSERT_TRUE(
      (*journal)->Append({{clock.Now(), example.kind, example.payload_version, "", example.payload}}).ok());
  const Result result = Ctl({"history", "--kind", "path"});
  EXPECT_EQ(result.code, ExitCode::kOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("network up on en0"));
  EXPECT_THAT(result.err, HasSubstr("are read from"));
  EXPECT_EQ(Ctl({"history", "--service", "Lab"}).code, ExitCode::kUsage);
}

TEST(Completion, IsAScriptThatTheShellsAccept) {
  const Result bash = RunOn({"completion", "bash"});
  EXPECT_THAT(bash.out, AllOf(HasSubstr("why) words="), HasSubstr("--follow"), HasSubstr("complete -F")));
  EXPECT_THAT(RunOn({"completion", "zsh"}).out,
              AllOf(HasSubstr("#compdef holdfastctl"), HasSubstr("'history:What")));
  EXPECT_EQ(RunOn({"completion", "fish"}).code, ExitCode::kUsage);
  const std::string path = ::testing::TempDir() + "/holdfastctl-completion";
  std::ofstream(path) << bash.out;
  EXPECT_EQ(std::system(absl::StrCat("bash -n ", path).c_str()), 0);
}

TEST(ManPage, NamesEveryCommandOptionAndExitStatus) {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  if (source == nullptr) GTEST_SKIP() << "HOLDFAST_SOURCE is not set: where the man page is, is not known";
  std::ifstream file(std::string(source) + "/deploy/man/holdfastctl.1");
  std::stringstream page;
  page << file.rdbuf();
  for (const char* word : {"status",       "services",   "why",          "history",           "incidents",
                           "connect",      "disconnect", "override",     "policy show",       "version",
                           "completion",   "\\-\\-json", "\\-\\-socket", "\\-\\-state\\-dir", "\\-\\-follow",
                           "\\-\\-reason", ".B 3",       ".B 6",         "NO_COLOR",          "COLUMNS"}) {
    EXPECT_THAT(page.str(), HasSubstr(word));
  }
}

TEST(When, ReadsDurationsAndTimesAsPeopleWriteThem) {
  EXPECT_EQ(*ParseDuration("30m"), absl::Minutes(30));
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("2d"), absl::Hours(48));
  for (const char* wrong : {"", "30", "-5m", "0s", "inf", "d", "soon"})
    EXPECT_FALSE(ParseDuration(wrong).ok()) << wrong;
  const absl::Time now = absl::FromUnixSeconds(1'795'000'000);
  EXPECT_EQ(*ParseSince("1h", now, absl::UTCTimeZone()), now - absl::Hours(1));
  EXPECT_EQ(*ParseSince("2026-11-18 11:06:40", now, absl::UTCTimeZone()), now);
  EXPECT_EQ(*ParseSince("2026-11-18T12:06:40+01:00", now, absl::UTCTimeZone()), now);
  EXPECT_FALSE(ParseSince("18.11.2026", now, absl::UTCTimeZone()).ok());
}

}  // namespace
}  // namespace holdfast::ctl
