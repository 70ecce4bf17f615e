#include "agent/session/vici/causes.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace holdfast::vici {
namespace {

int ReasonOf(const std::vector<std::string>& lines) {
  const auto cause = CauseOf(lines);
  return cause ? cause->stop_reason : -1;
}

Section Log(const std::string& ike_id, const std::string& line) {
  Section log;
  log.values = {{"ikesa-uniqueid", ike_id}, {"msg", line}};
  return log;
}

constexpr MonoTime kNow{1'000'000'000'000};

TEST(CauseOf, ReadsCharonsWords) {
  EXPECT_EQ(ReasonOf({"received AUTHENTICATION_FAILED notify error"}), 23);
  EXPECT_EQ(ReasonOf({"giving up after 3 retransmits"}), 20);
  EXPECT_EQ(ReasonOf({"establishing IKE_SA failed, peer not responding"}), 20);
  EXPECT_EQ(ReasonOf({"received NO_PROPOSAL_CHOSEN notify error"}), 18);
  EXPECT_EQ(ReasonOf({"unable to resolve gw.example.com, initiate aborted"}), 17);
  EXPECT_EQ(ReasonOf({"received DELETE for IKE_SA home[3]"}), 21);
  EXPECT_EQ(ReasonOf({"no private key found for 'client.test'"}), 24);
  EXPECT_EQ(ReasonOf({"sending packet: from 192.0.2.2[500]"}), -1);
  EXPECT_EQ(ReasonOf({}), -1);
}

TEST(CauseOf, ACertificateExplainsTheFailedAuthenticationThatFollows) {
  EXPECT_EQ(ReasonOf({"subject certificate invalid (valid from Nov 01 to Nov 02)",
                      "no trusted ECDSA public key found",
                      "generating INFORMATIONAL request 2 [ N(AUTH_FAILED) ]"}),
            28);
}

TEST(CauseOf, AGatewaysDeleteExplainsTheDeletingThatFollows) {
  EXPECT_EQ(ReasonOf({"received DELETE for IKE_SA home[3]", "deleting IKE_SA home[3]"}), 21);
  EXPECT_EQ(ReasonOf({"deleting IKE_SA home[3] between here and there"}), 1);
}

TEST(LogTail, KeepsToTheIkeSaAndToRecentLines) {
  LogTail tail;
  tail.Add(kNow, Log("7", "giving up after 3 retransmits"));
  tail.Add(kNow, Log("", "received AUTHENTICATION_FAILED"));
  EXPECT_EQ(tail.CauseFor("7", kNow + absl::Seconds(1), absl::Seconds(2))->stop_reason, 20);
  EXPECT_FALSE(tail.CauseFor("7", kNow + absl::Seconds(3), absl::Seconds(2)).has_value());
  EXPECT_FALSE(tail.CauseFor("8", kNow, absl::Seconds(2)).has_value());
}

TEST(LogTail, IsBoundedAndPrintable) {
  LogTail tail;
  for (int i = 0; i < 1000; ++i)
    tail.Add(kNow, Log(absl::StrCat("c", i % 100), "peer not responding\x1b[2J"));
  tail.Add(kNow, Log("7", "peer not responding\x1b[2J"));
  EXPECT_EQ(tail.CauseFor("7", kNow, absl::Seconds(1))->line, "peer not responding?[2J");
  for (int i = 0; i < 40; ++i) tail.Add(kNow, Log("7", "quiet"));
  EXPECT_FALSE(tail.CauseFor("7", kNow, absl::Seconds(1)).has_value());
}

}  // namespace
}  // namespace holdfast::vici
