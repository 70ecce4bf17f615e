// Commands that act, and how they end.
#include "absl/strings/str_cat.h"
#include "tests/agent/ctl/ctl_fixture.h"

namespace holdfast::ctl {
namespace {

using control::FakeDaemon;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace holdfast::ctl
