#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/crypto/authority.h"
#include "base/file.h"
#include "server/admin/connection.h"
#include "server/admin/printer.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);  // 2027-01-15 08:00:00 UTC

TEST(ParseTime, TakesDatesTimesAndSpans) {
  EXPECT_EQ(*ParseTime("2027-01-15", kNow, false), kNow - absl::Hours(8));
  EXPECT_EQ(*ParseTime("2027-01-15 08:00", kNow, false), kNow);
  EXPECT_EQ(*ParseTime("2027-01-15T09:00:00+01:00", kNow, false), kNow);
  EXPECT_EQ(*ParseTime("90m", kNow, false), kNow - absl::Minutes(90));
  EXPECT_EQ(*ParseTime("30d", kNow, false), kNow - absl::Hours(24 * 30));
  for (const char* bad : {"", "d", "yesterday", "-3d", "0h", "2027-13-01"}) {
    EXPECT_EQ(ParseTime(bad, kNow, false).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(TextForms, NamesAreThoseOfTheProtocolWithoutPrefix) {
  EXPECT_EQ(NameOf(v1::TIME_CLASS_NO_NETWORK), "no_network");
  EXPECT_EQ(NameOf(v1::REACHABILITY_NEVER_ENROLLED), "never_enrolled");
  EXPECT_EQ(*ParseTimeClassName("violation"), v1::TIME_CLASS_VIOLATION);
  EXPECT_FALSE(ParseTimeClassName("bad").ok());
  EXPECT_FALSE(ParseTimeClassName("unspecified").ok());
  EXPECT_EQ(Seconds(12'345'678'901), "12.345");
  EXPECT_EQ(Share(0.9995), "99.95 %");
}

TEST(TextForms, EverySeverityButInfoStandsOut) {
  EXPECT_EQ(SeverityStyle("info"), text::Style::kPlain);
  EXPECT_EQ(SeverityStyle("warning"), text::Style::kYellow);
  EXPECT_EQ(SeverityStyle("error"), text::Style::kRed);
  EXPECT_EQ(SeverityStyle("critical"), text::Style::kRed);
}

TEST(Printer, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(CsvLine({"a", "b,c", "say \"x\"", ""}), "a,\"b,c\",\"say \"\"x\"\"\",\n");
  EXPECT_EQ(CsvLine({"two\nlines"}), "\"two\nlines\"\n");
}

TEST(Printer, TimesAreUtcUnlessAskedOtherwise) {
  google::protobuf::Timestamp t = ToProto(kNow + absl::Milliseconds(5));
  EXPECT_EQ(HumanTime(t, false), "2027-01-15 08:00:00Z");
  EXPECT_EQ(ExactTime(t, false), "2027-01-15T08:00:00.005Z");
  EXPECT_EQ(HumanTime(google::protobuf::Timestamp(), false), "");
}

class ResolveTargetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "admin.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    SystemRandom random;
    const auto ca = crypto::Authority::Create("test", SystemClock().Now().wall, random);
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/ca.pem", ca->certificate_pem()).ok());
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/token", "hfa_x\n", 0600).ok());
    flags_ = {"localhost:1", folder_ + "/ca.pem", folder_ + "/token", ""};
  }
  std::string Error() {
    const auto target = ResolveTarget(flags_);
    return target.ok() ? "" : std::string(target.status().message());
  }
  std::string folder_;
  ConnectionFlags flags_;
};

TEST_F(ResolveTargetTest, TrimsTheToken) {
  const auto target = ResolveTarget(flags_);
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->token, "hfa_x");
}

TEST_F(ResolveTargetTest, SaysWhatIsMissingAndHowToGiveIt) {
  flags_.token_file.clear();
  EXPECT_THAT(Error(), HasSubstr("HOLDFAST_TOKEN_FILE"));
  flags_.server.clear();
  EXPECT_THAT(Error(), HasSubstr("--server"));
}

TEST_F(ResolveTargetTest, TokenThatOthersCanReadIsRefused) {
  ASSERT_EQ(chmod(flags_.token_file.c_str(), 0644), 0);
  EXPECT_THAT(Error(), HasSubstr("chmod 600"));
}

TEST_F(ResolveTargetTest, FileThatIsNoCertificateIsNamed) {
  flags_.ca_file = flags_.token_file;
  EXPECT_THAT(Error(), HasSubstr(flags_.token_file));
}

TEST_F(ResolveTargetTest, StoppedLocalServerIsSaid) {
  flags_ = {"", "", "", folder_};
  EXPECT_EQ(ResolveTarget(flags_).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Error(), HasSubstr("no server is running"));
}

TEST_F(ResolveTargetTest, NobodyAnsweringIsDiagnosedAtOnce) {
  const absl::Status found = DiagnoseConnection(*ResolveTarget(flags_), absl::Seconds(20));
  EXPECT_EQ(found.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(found.message()), HasSubstr("no server answers at localhost:1"));
}

}  // namespace
}  // namespace holdfast::admin
