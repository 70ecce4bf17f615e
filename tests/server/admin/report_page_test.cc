// The page of a report: what it says, that nothing of a device's making becomes markup, and that it carries
// what was signed.
#include "server/admin/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/admin/report_summary.h"

namespace holdfast::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int64_t kHour = int64_t{3600} * 1'000'000'000;

v1::ServiceCompliance* Add(v1::ComplianceReport* report, const std::string& host, int64_t violation,
                           int64_t outages) {
  v1::ServiceCompliance* s = report->add_services();
  s->set_hostname(host);
  s->set_rule("Corp VPN");
  s->mutable_totals()->set_protected_ns(100 * kHour - violation);
  s->mutable_totals()->set_violation_ns(violation);
  s->set_protected_share(1 - static_cast<double>(violation) / static_cast<double>(100 * kHour));
  s->mutable_outages()->set_count(outages);
  s->mutable_outages()->set_longest_ns(violation);
  report->mutable_totals()->set_protected_ns(report->totals().protected_ns() + 100 * kHour - violation);
  report->mutable_totals()->set_violation_ns(report->totals().violation_ns() + violation);
  if (violation > 0) {
    v1::CauseTotal* cause = s->add_causes();
    cause->set_time_class(v1::TIME_CLASS_VIOLATION);
    cause->set_cause("user");
    cause->set_ns(violation);
  }
  return s;
}

v1::GetComplianceReportResponse Response() {
  v1::GetComplianceReportResponse response;
  v1::ComplianceReport* report = response.mutable_report();
  report->mutable_from()->set_seconds(1'800'000'000);
  report->mutable_to()->set_seconds(1'800'360'000);
  report->set_devices(3);
  Add(report, "good-mac", 0, 0);
  Add(report, "<script>alert(1)</script>", 2 * kHour, 4);
  Add(report, "worse-mac", 10 * kHour, 1);
  response.set_key_id("k1");
  return response;
}

TEST(ReportPage, NumbersThatCannotBeAreNoReasonToCrash) {
  auto response = Response();
  response.mutable_report()->mutable_services(0)->set_protected_share(-1e300);
  for (int i = 0; i < 2; ++i) {
    v1::ClassTotals* totals = response.mutable_report()->add_days()->mutable_totals();
    totals->set_protected_ns(5 * kHour);
    totals->set_violation_ns(-4 * kHour);
  }
  EXPECT_THAT(Summarize(response.report(), 10).by_share, ::testing::ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(ReportPage(response, "{}", {}), HasSubstr("Lowest protected share"));
}

TEST(ReportSummary, SaysWhatAuditorsAsk) {
  const auto response = Response();
  const ReportSummary summary = Summarize(response.report(), 10);
  EXPECT_DOUBLE_EQ(*summary.availability, 288.0 / 300);
  EXPECT_EQ(summary.outages, 5);
  EXPECT_EQ(summary.longest_outage_ns, 10 * kHour);
  EXPECT_EQ(summary.mean_outage_ns, 12 * kHour / 5);
  EXPECT_THAT(summary.by_share, ::testing::ElementsAre(1, 0, 1, 1));
  ASSERT_THAT(summary.worst, SizeIs(2));
  EXPECT_EQ(summary.worst[0]->hostname(), "worse-mac");
  ASSERT_THAT(summary.reasons, SizeIs(1));
  EXPECT_EQ(summary.reasons[0].ns, 12 * kHour);
  EXPECT_THAT(Summarize(response.report(), 1).worst, SizeIs(1));
}

TEST(ReportSummary, NothingRequiredIsNoDivisionByZero) {
  const ReportSummary summary = Summarize({}, 10);
  EXPECT_FALSE(summary.availability.has_value());
  EXPECT_EQ(summary.mean_outage_ns, 0);
}

TEST(ReportPage, NeedsNothingElseAndBelievesNobodysNames) {
  const std::string page = ReportPage(Response(), "{}", {.never_enrolled = {{"C02\"><b>"}}});
  EXPECT_THAT(page, HasSubstr("96.00"));
  EXPECT_THAT(page, HasSubstr("The whole fleet, 3 devices"));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("C02&quot;&gt;&lt;b&gt;"));
  for (const char* outside : {"http:", "https:", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(ReportPage(Response(), "{}", {}), Not(HasSubstr("Never enrolled")));
}

TEST(ReportPage, DrawsEachDayAndNamesTheWorst) {
  auto response = Response();
  EXPECT_THAT(ReportPage(response, "{}", {}), Not(HasSubstr("Day by day")));
  for (int i = 0; i < 3; ++i) {
    v1::DayTotals* day = response.mutable_report()->add_days();
    day->mutable_begin()->set_seconds(1'800'057'600 + i * 86'400);
    day->mutable_totals()->set_protected_ns(72 * kHour - i % 2 * 18 * kHour);
    day->mutable_totals()->set_violation_ns(i % 2 * 18 * kHour);
  }
  const std::string page = ReportPage(response, "{}", {});
  EXPECT_THAT(page, HasSubstr("Day by day"));
  EXPECT_THAT(page, HasSubstr("Lowest protected share: 75.00 % on 2027-01-17"));
  EXPECT_THAT(page, HasSubstr("<title>2027-01-16: 100.00 % protected</title>"));
}

TEST(ReportPage, NamesItsScope) {
  auto response = Response();
  response.mutable_report()->set_group("lab");
  EXPECT_THAT(ReportPage(response, "{}", {}), HasSubstr("Group lab, 3 devices"));
}

TEST(ReportPage, CarriesTheReport) {
  const std::string json = R"({"report":{"services":[{"hostname":"</script><b>"}]}})";
  const std::string page = ReportPage(Response(), json, {});
  const auto carried = ReportInPage(page);
  ASSERT_TRUE(carried.has_value());
  EXPECT_EQ(*carried, R"({"report":{"services":[{"hostname":"<\/script><b>"}]}})");
  EXPECT_FALSE(ReportInPage(json).has_value());
  EXPECT_FALSE(ReportInPage(page.substr(0, page.size() - 40)).has_value());
}

TEST(ReportPage, WithoutAnyServiceItIsStillAPage) {
  const std::string page = ReportPage({}, "{}", {});
  EXPECT_THAT(page, HasSubstr("no required service was in violation"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace holdfast::admin
