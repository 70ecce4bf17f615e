// Days that are kept say what their points say, whatever arrives late, twice, or with a clock that jumped.
#include "server/service/day_keeper.h"

#include "server/service/accounts.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using compliance::DayOf;
using compliance::KeyAccount;
using compliance::Of;
using compliance::StartOf;
using ::testing::SizeIs;

constexpr int64_t kHourNs = int64_t{3600} * 1'000'000'000;

class KeptDays : public ::testing::Test {
 protected:
  KeptDays() {
    device.EnrollNow();
    start = {world.clock.now.wall.ns};
  }
  ServerTime Now() const { return {world.clock.now.wall.ns}; }
  // Until nothing is left to do.
  void Keep() {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.core->Tick().ok());
    world.clock.Advance(absl::Minutes(11));
    ASSERT_TRUE(world.core->Tick().ok());
  }
  fleet::DeviceRecord Record() { return **world.store->FindDevice(device.id); }
  std::vector<KeyAccount> Account(bool from_points, bool all = false) {
    fleet::DeviceRecord record = Record();
    if (from_points) record.kept = {};
    Accounts accounts(*world.store, {start, Now()});
    auto of = accounts.Of({record}, all);
    EXPECT_TRUE(of.ok()) << of.status();
    days = accounts.days();
    return of.ok() ? of->at(0).keys : std::vector<KeyAccount>();
  }
  void ExpectKeptIsComputed(const std::string& where) {
    const auto computed = Account(/*from_points=*/true);
    const auto each_day = days;
    EXPECT_EQ(Account(false), computed) << where;
    EXPECT_EQ(days, each_day) << where;
    EXPECT_EQ(Account(false, /*all=*/true), computed) << where;
    EXPECT_EQ(days, each_day) << where;
    compliance::ClassTotals required{}, by_day{};
    for (const KeyAccount& account : computed) compliance::Add(required, account.totals);
    Of(required, TimeClass::kNotRequired) = 0;
    for (const auto& [day, totals] : days) compliance::Add(by_day, totals);
    EXPECT_EQ(by_day, required) << where;
    for (const KeyAccount& account : computed) {
      int64_t sum = 0;
      for (const int64_t ns : account.totals) sum += ns;
      EXPECT_EQ(sum, Now().ns - start.ns) << where;
    }
  }
  void Live(absl::Duration d, TimeClass time_class, const std::string& cause = "") {
    device.WriteVerdict(time_class, cause);
    device.Advance(d);
    ASSERT_TRUE(device.SyncNow().ok());
  }

  World world;
  TestDevice device{world, "alpha"};
  ServerTime start;
  std::map<compliance::Day, compliance::ClassTotals> days;  // of the last Account
};

TEST_F(KeptDays, AReportTakesThem) {
  for (int day = 0; day < 40; ++day) {
    Live(absl::Hours(20), TimeClass::kProtected);
    Live(absl::Hours(4), TimeClass::kViolation, "user");
  }
  Keep();
  EXPECT_EQ(Record().kept.last, DayOf(Now() - absl::Hours(1)) - 1);
  ExpectKeptIsComputed("after forty days");
  EXPECT_EQ(Account(false).at(0).outages.count, 40);
  const auto report = world.core->GetComplianceReport(kAdmin, {.from = start, .to = Now()});
  ASSERT_THAT(report->report.services, SizeIs(1));
  EXPECT_EQ(Of(report->report.services[0].totals, TimeClass::kViolation), 160 * kHourNs);
  EXPECT_EQ(report->report.services[0].outages.count, 40);
  EXPECT_EQ(report->report.services[0].outages.longest_ns, 4 * kHourNs);
}

TEST_F(KeptDays, ADayThatMayStillChangeIsNotKept) {
  Live(absl::Hours(30), TimeClass::kProtected);
  world.clock.Advance(absl::Hours(72));  // nothing was heard of these
  Keep();
  EXPECT_EQ(Record().kept.last, DayOf(Record().last_seen) - 1);
  ExpectKeptIsComputed("silent");
}

TEST_F(KeptDays, RowsThatComeLateMakeThemAnew) {
  for (int i = 0; i < 5; ++i) Live(absl::Hours(24), TimeClass::kProtected);
  // Three days' rows wait on the device, which goes on saying that it is alive.
  const size_t waiting = device.rows.size();
  for (int i = 0; i < 3; ++i) {
    device.WriteVerdict(TimeClass::kViolation, "user");
    device.Advance(absl::Hours(20));
    device.WriteVerdict(TimeClass::kProtected);
    device.Advance(absl::Hours(4));
    auto alive = device.Request(1, 0);
    alive.frame.reset();
    alive.head = {device.epoch, waiting, device.rows[waiting - 1].hash};
    ASSERT_TRUE(device.Sync(alive).ok());
  }
  Keep();
  const compliance::Day kept = Record().kept.last;
  EXPECT_EQ(Of(Account(false).at(0).totals, TimeClass::kViolation), 0);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_LT(Record().kept.last, kept);
  ExpectKeptIsComputed("before they are made anew");
  EXPECT_EQ(Of(Account(false).at(0).totals, TimeClass::kViolation), 60 * kHourNs);
  Keep();
  EXPECT_GE(Record().kept.last, kept);
  ExpectKeptIsComputed("made anew");
}

TEST_F(KeptDays, DamagedBytesAreNotBelievedAndMadeAnew) {
  for (int i = 0; i < 5; ++i) Live(absl::Hours(24), TimeClass::kProtected);
  Keep();
  const int64_t month = compliance::MonthOf(Record().kept.last);
  {
    auto transaction = fleet::Transaction::Begin(*world.store);
    ASSERT_TRUE(world.store->PutMonth(Record().key, month, "\x01 not days").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  ExpectKeptIsComputed("damaged");
  for (int i = 0; i < 2; ++i) Live(absl::Hours(24), TimeClass::kProtected);
  Keep();
  Keep();
  ExpectKeptIsComputed("mended");
  EXPECT_FALSE(Record().kept.empty());
}

TEST_F(KeptDays, NothingIsKeptOfTheTimeAfterARevocation) {
  for (int i = 0; i < 3; ++i) Live(absl::Hours(24), TimeClass::kProtected);
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {"alpha", "retired"}).ok());
  const ServerTime revoked = Now();
  world.clock.Advance(absl::Hours(100));
  Keep();
  EXPECT_LT(Record().kept.last, DayOf(revoked));
  ExpectKeptIsComputed("revoked");
  EXPECT_EQ(Of(Account(false).at(0).totals, TimeClass::kNotRequired), Now().ns - revoked.ns);
}

TEST_F(KeptDays, DaysOutOfServiceAreKeptAsSuch) {
  for (int i = 0; i < 3; ++i) Live(absl::Hours(24), TimeClass::kProtected);
  ASSERT_TRUE(world.core->SetDeviceLifecycle(kAdmin, {"alpha", Lifecycle::kRetired, ""}).ok());
  const ServerTime retired = Now();
  for (int i = 0; i < 5; ++i) Live(absl::Hours(20), TimeClass::kViolation, "user");
  Keep();
  ExpectKeptIsComputed("retired");
  EXPECT_EQ(Of(Account(false).at(0).totals, TimeClass::kViolation), 0);
  EXPECT_EQ(Of(Account(false).at(0).totals, TimeClass::kNotRequired), Now().ns - retired.ns);
  ASSERT_TRUE(world.core->SetDeviceLifecycle(kAdmin, {"alpha", Lifecycle::kInUse, ""}).ok());
  const ServerTime returned = Now();
  for (int i = 0; i < 3; ++i) Live(absl::Hours(24), TimeClass::kProtected);
  Keep();
  EXPECT_GT(Record().kept.last, DayOf(returned));
  ExpectKeptIsComputed("returned");
  EXPECT_EQ(Of(Account(false).at(0).totals, TimeClass::kNotRequired), returned.ns - retired.ns);
}

// What a device that is honest and unlucky can do to its own history.
class Life {
 public:
  Life(TestDevice& device, uint64_t seed) : device_(device), random_{seed} {}

  void Step() {
    switch (random_.Below(10)) {
      case 0:
        device_.Write(AgentStopped{random_.Below(2) == 0 ? "shutdown" : "stop"});
        device_.Advance(absl::Minutes(static_cast<int64_t>(random_.Below(2000))));
        if (random_.Below(2) == 0) device_.Reboot();
        device_.Write(AgentStarted{"0.1.0", "24G84", std::nullopt, true});
        break;
      case 1: {
        const Stamp alive = device_.now;
        device_.Advance(absl::Minutes(static_cast<int64_t>(random_.Below(2000))));
        device_.Write(AgentStarted{"0.1.0", "24G84", alive, false});
        break;
      }
      case 2:  // the clock is set; the boot goes on
        device_.now.wall.ns += (static_cast<int64_t>(random_.Below(49)) - 24) * kHourNs;
        break;
      default:
        device_.WriteVerdict(static_cast<TimeClass>(random_.Below(kTimeClassCount)),
                             random_.Below(2) == 0 ? "a" : "b", random_.Below(3) == 0 ? "lab" : "corp");
    }
    device_.Advance(absl::Minutes(static_cast<int64_t>(random_.Below(900))));
  }

  // Some rows, all, none; now and then the same twice.
  void Sync() {
    const uint64_t first = device_.acked + 1, last = device_.rows.size();
    if (random_.Below(3) == 0 || first > last) return;
    const auto request = device_.Request(first, first + random_.Below(last - first + 1));
    for (uint64_t n = 1 + random_.Below(2); n > 0; --n) {
      if (const auto answer = device_.Sync(request); answer.ok()) device_.acked = answer->acked_through;
    }
  }

 private:
  TestDevice& device_;
  SplitMix64 random_;
};

TEST_F(KeptDays, AlwaysSayWhatTheirPointsSay) {
  Life life(device, 7);
  for (int step = 0; step < 400; ++step) {
    life.Step();
    life.Sync();
    if (step % 5 == 0) Keep();
    if (step % 20 == 0) ExpectKeptIsComputed(absl::StrCat("step ", step));
    if (HasFailure()) return;
  }
  EXPECT_GT(Record().kept.last - Record().kept.first, 60);
}

}  // namespace
}  // namespace holdfast::server
