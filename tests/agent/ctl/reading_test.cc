// What the commands that only read print.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/text/width.h"
#include "tests/agent/ctl/ctl_fixture.h"

namespace holdfast::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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
          "Rule        \"rule-Lab\"; enforcing, policy version 7 from server\n"
          "Because     The gateway lab.example.com does not answer.\n"
          "            4 starts failed since 07:37.\n"
          "Next        start at 11:07:22 (in 42s): backing off after 4 failures\n"
          "Evidence    starts by Holdfast in the last hour: 4, left now: 6; failures in a row: 4\n"
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

TEST_F(CtlTest, WhatIsOnlyObservedIsNotCalledMissing) {
  daemon_.Do([&] {
    ServiceView& lab = daemon_.delegate.status.engine.services[1];
    lab.facts = ServiceFacts{};
    lab.verdict.time_class = TimeClass::kObservedOnly;
  });
  EXPECT_THAT(Ctl({"services"}).out, HasSubstr("\n   (Observed) "));
  EXPECT_THAT(Ctl({"status"}).out,
              AllOf(HasSubstr("rule-Lab  observed "), HasSubstr("protected, 1 only observed")));
  EXPECT_THAT(Ctl({"why", "rule-Lab"}).out,
              AllOf(StartsWith("rule-Lab is observed"), Not(HasSubstr("Evidence"))));
}

TEST_F(CtlTest, TheNetworkSaysWhatItIs) {
  daemon_.Do([&] { daemon_.delegate.status.engine.portal = PortalState::kCaptive; });
  EXPECT_THAT(Ctl({"status"}).out, HasSubstr("up on en0, behind a captive portal\n"));
  daemon_.Do([&] {
    daemon_.delegate.status.engine.portal = PortalState::kOpen;
    daemon_.delegate.status.engine.trusted_network = "office";
  });
  EXPECT_THAT(Ctl({"status"}).out, HasSubstr("up on en0, the trusted network office\n"));
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
  EXPECT_THAT(Ctl({"policy", "show", "--origin"}).out, HasSubstr("Reconnect.Settle  default  2s\n"));
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

}  // namespace
}  // namespace holdfast::ctl
