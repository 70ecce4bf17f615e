// From lines to what the engine takes.
#include "agent/signals/parse/log_signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/signals/parse/log_reader.h"
#include "sim/log.h"

namespace holdfast::parse {
namespace {

class LogSignalsTest : public ::testing::Test {
 protected:
  LogSignalsTest()
      : reader_([this](uint64_t, const LogEvent& event) {
          const LogNews news = signals_.Note(event, clock_.Note(event.line.stamp));
          if (news.burst) bursts_.push_back(*news.burst);
          if (news.finding) findings_.push_back(*news.finding);
          if (news.extension) extensions_.push_back(*news.extension);
        }) {
    service_.id = Uuid::FromName("corp");
    service_.name = "Corp: HQ (x)";
    service_.type = ServiceType::kIkev2;
  }
  // As the simulated Mac writes it.
  void Says(absl::string_view text) {
    at_ = at_ + absl::Milliseconds(10);
    reader_.Feed(sim::FormatLogShow({at_, 505, sim::SessionDescription(service_) + std::string(text)}));
    reader_.Feed("\n");
  }

  ServiceFacts service_;
  WallTime at_{1'793'602'800'000'000'000};
  LogSignals signals_;
  StampClock clock_;
  std::vector<StartBurst> bursts_;
  std::vector<LogFinding> findings_;
  std::vector<ExtensionHealth> extensions_;
  LogReader reader_;
};

TEST_F(LogSignalsTest, ABurstOfOneRequesterIsToldOnce) {
  for (int i = 0; i < 40; ++i) {
    Says(": Received a start command from Vendor[99]");
    Says(": Skip a start command from Vendor[99]: session in state connecting");
  }
  ASSERT_EQ(bursts_.size(), 1u);
  EXPECT_EQ(bursts_[0].service, service_.id);
  EXPECT_EQ(bursts_[0].requested_by, "Vendor[99]");
  EXPECT_EQ(bursts_[0].starts, StartBursts::kMost + 1);
  EXPECT_EQ(bursts_[0].within, absl::Milliseconds(20 * StartBursts::kMost));
}

TEST_F(LogSignalsTest, OnDemandIsOneRequesterWhateverTheProcess) {
  for (int i = 0; i < 40; ++i) Says(absl::StrCat(": got On Demand start message from pid ", 5000 + i));
  ASSERT_EQ(bursts_.size(), 1u);
  EXPECT_EQ(bursts_[0].requested_by, "");
}

TEST_F(LogSignalsTest, WhoAskedLast) {
  Says(": Received a start command from Vendor[99]");
  EXPECT_EQ(signals_.asked().at(service_.id).by, "Vendor[99]");
  EXPECT_EQ(signals_.asked().at(service_.id).what, Asked::What::kStart);
  Says(": Received a stop command from System Settings[312] with reason 1");
  EXPECT_EQ(signals_.asked().at(service_.id).by, "System Settings[312]");
  EXPECT_EQ(signals_.asked().at(service_.id).what, Asked::What::kStop);
  Says(": Skip a start command from Other[1]: session in state connected");
  EXPECT_EQ(signals_.asked().at(service_.id).by, "System Settings[312]");
}

TEST(StartBursts, RequestersThatFellSilentAreForgotten) {
  StartBursts bursts;
  for (int i = 0; i < 10'000; ++i) {
    bursts.Note(MonoTime{i * int64_t{1'000'000'000}}, Uuid::FromName("corp"),
                absl::StrCat("Vendor[", i, "]"));
    ASSERT_LT(bursts.requesters(), 200u);
  }
}

TEST(StartBursts, AStormIsCountedInBounds) {
  StartBursts bursts;
  for (size_t i = 0; i < 3 * StartBursts::kMostCounted; ++i)
    bursts.Note(MonoTime{1}, Uuid::FromName("corp"), "Vendor[9]");
  const auto burst = bursts.Note(MonoTime{30'000'000'001}, Uuid::FromName("corp"), "Vendor[9]");
  EXPECT_EQ(burst, std::nullopt);  // the storm is over
  StartBursts others;
  std::optional<StartBurst> last;
  for (int64_t i = 0; i < 40'000; ++i) {
    if (const auto told = others.Note(MonoTime{i * 1'000'000}, Uuid::FromName("corp"), "Vendor[9]"))
      last = told;
  }
  ASSERT_TRUE(last);
  EXPECT_EQ(last->starts, static_cast<int>(StartBursts::kMostCounted));
}

TEST_F(LogSignalsTest, FindingsAndErrors) {
  reader_.Feed("nehelper: com.example.proxy: failed to save configuration: permission denied\n");
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0].what, LogFinding::What::kProxySaveDenied);
  EXPECT_EQ(findings_[0].subject, "com.example.proxy");
  EXPECT_EQ(findings_[0].text, "com.example.proxy: failed to save configuration: permission denied");
  reader_.Feed("x didFailWithError for com.example.filter : (OSSystemExtensionErrorDomain error 9.)\n");
  ASSERT_EQ(extensions_.size(), 1u);
  EXPECT_EQ(extensions_[0].bundle_id, "com.example.filter");
  EXPECT_EQ(extensions_[0].error, 9);
}

TEST_F(LogSignalsTest, BytesThatAreNoTextDoNotReachTheEngine) {
  reader_.Feed("nehelper: com.example.proxy: failed to save \xFF\x1B[31m: permission denied\n");
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0].text, "com.example.proxy: failed to save ??[31m: permission denied");
}

TEST_F(LogSignalsTest, ALogOfManyServicesDoesNotGrowWithoutEnd) {
  for (size_t i = 0; i < 2 * LogSignals::kMostServices; ++i) {
    service_.id = Uuid::FromName(absl::StrCat(i));
    Says(": Received a start command from Vendor[99]");
  }
  EXPECT_EQ(signals_.asked().size(), LogSignals::kMostServices);
}

}  // namespace
}  // namespace holdfast::parse
