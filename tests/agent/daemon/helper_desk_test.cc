// Tasks for the helpers in users' sessions, and a back end that starts through them.
#include "agent/daemon/helper_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/daemon/helped_backend.h"
#include "core/system_facts.h"
#include "sim/virtual_time.h"

namespace holdfast::agent {
namespace {

using control::NotifyTask;
using control::NumberedTask;
using control::StartTask;
using control::TaskRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Uuid kCorp = Uuid::FromName("corp");
constexpr uint32_t kAnna = 501, kBen = 502;

// What a helper would be told.
struct Helper {
  HelperDesk& desk;
  uint32_t uid;
  bool starts = true;
  std::vector<std::optional<NumberedTask>> told = {};

  void Ask(std::optional<control::TaskResult> done = std::nullopt) {
    desk.Ask(uid, {std::move(done), starts, true, "1"}, [this](auto task) { told.push_back(*task); });
  }
  const NumberedTask& task() const { return *told.back(); }
};

class Desk : public ::testing::Test {
 protected:
  void Start(uint32_t uid = kAnna) {
    desk.Start(uid, {kCorp}, [this](absl::Status end) { ends.push_back(end.code()); });
  }
  sim::VirtualTime time;
  std::vector<std::string> log;
  HelperDesk desk{time, time, [this](const std::string& line) { log.push_back(line); }};
  std::vector<absl::StatusCode> ends;
  Helper anna{desk, kAnna};
};

TEST_F(Desk, AWaitingHelperIsToldAtOnceAndItsResultComesBack) {
  anna.Ask();
  EXPECT_TRUE(anna.told.empty());
  Start();
  ASSERT_EQ(anna.told.size(), 1u);
  EXPECT_EQ(std::get<StartTask>(anna.task().task).service, kCorp);
  EXPECT_TRUE(ends.empty());
  anna.Ask({{anna.task().number, absl::PermissionDeniedError("no")}});
  EXPECT_THAT(ends, ElementsAre(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(log, ElementsAre(HasSubstr("uid 501 is here, version 1; it starts services")));
}

TEST_F(Desk, AHelperThatIsToldNothingIsAskedToAskAgain) {
  anna.Ask();
  time.RunFor(kAskAgain + absl::Seconds(1));
  ASSERT_EQ(anna.told.size(), 1u);
  EXPECT_EQ(anna.told[0], std::nullopt);
  anna.Ask();
  Start();
  EXPECT_EQ(anna.told.size(), 2u);
}

TEST_F(Desk, ATaskIsForItsUserAlone) {
  Helper ben{desk, kBen};
  ben.Ask();
  anna.Ask();
  Start(kAnna);
  EXPECT_TRUE(ben.told.empty());
  EXPECT_EQ(anna.told.size(), 1u);
  // Nor does one answer for the other.
  ben.Ask({{anna.task().number, absl::OkStatus()}});
  EXPECT_TRUE(ends.empty());
}

TEST_F(Desk, AHelperThatFetchedAndDiedIsNotWaitedForForEver) {
  anna.Ask();
  Start();
  time.RunFor(kTaskPatience + absl::Seconds(1));
  EXPECT_THAT(ends, ElementsAre(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(desk.CanStart(kAnna));
  time.RunFor(absl::Seconds(10));
  EXPECT_FALSE(desk.CanStart(kAnna));
  // Its answer comes too late to mean anything.
  anna.Ask({{anna.task().number, absl::OkStatus()}});
  EXPECT_EQ(ends.size(), 1u);
}

TEST_F(Desk, WhoCannotStartIsGivenNoStart) {
  anna.starts = false;
  anna.Ask();
  EXPECT_FALSE(desk.CanStart(kAnna));
  Start();
  EXPECT_TRUE(anna.told.empty());
}

TEST_F(Desk, TheLaterOfTwoHelpersIsServed) {
  Helper again{desk, kAnna};
  anna.Ask();
  again.Ask();
  ASSERT_EQ(anna.told.size(), 1u);
  EXPECT_EQ(anna.told[0], std::nullopt);
  Start();
  EXPECT_EQ(again.told.size(), 1u);
}

TEST_F(Desk, NoticesWaitForTheHelperInOrder) {
  for (const char* title : {"one", "two"}) desk.Notify(kAnna, {title, "text"});
  anna.Ask();
  ASSERT_EQ(anna.told.size(), 1u);
  EXPECT_EQ(std::get<NotifyTask>(anna.task().task).title, "one");
  anna.Ask({{anna.task().number, absl::OkStatus()}});
  EXPECT_EQ(std::get<NotifyTask>(anna.task().task).title, "two");
}

TEST_F(Desk, OldNoticesAndTooManyAreDropped) {
  desk.Notify(kAnna, {"old", ""});
  time.RunFor(kNoticeLasts + absl::Seconds(1));
  for (size_t i = 0; i < kMaxNotices + 3; ++i) desk.Notify(kAnna, {absl::StrCat(i), ""});
  anna.Ask();
  EXPECT_EQ(std::get<NotifyTask>(anna.task().task).title, "3");
}

class FakeBackend final : public session::Backend {
 public:
  absl::Status Begin(session::Listener*) override { return absl::OkStatus(); }
  absl::Status StartSession(const Uuid&, std::optional<uint32_t> as_uid) override {
    if (as_uid && !for_users) return absl::UnimplementedError("no ports of that session");
    starts.push_back(as_uid.value_or(0));
    return absl::OkStatus();
  }
  absl::Status StopSession(const Uuid&) override { return absl::OkStatus(); }
  void CountInbound(const Uuid&, std::function<void(absl::StatusOr<uint64_t>)>) override {}
  std::vector<session::Capability> Capabilities() const override {
    return {{kOnBehalfOfUser, for_users, ""}};
  }
  std::string Name() const override { return "fake"; }
  bool for_users = false;
  std::vector<uint32_t> starts;  // as whom; 0: root
};

class Helped : public Desk {
 protected:
  FakeBackend fake;
  HelpedBackend backend{fake, desk, [this](const std::string& line) { log.push_back(line); }};
};

TEST_F(Helped, StartsForAUserThroughTheHelper) {
  anna.Ask();
  EXPECT_TRUE(backend.StartSession(kCorp, kAnna).ok());
  EXPECT_EQ(std::get<StartTask>(anna.task().task).service, kCorp);
  anna.Ask({{anna.task().number, absl::OkStatus()}});
  EXPECT_TRUE(fake.starts.empty());
}

TEST_F(Helped, AsRootWithoutAHelperOrWhenItFails) {
  EXPECT_TRUE(backend.StartSession(kCorp, kAnna).ok());
  EXPECT_THAT(fake.starts, ElementsAre(0));
  anna.Ask();
  EXPECT_TRUE(backend.StartSession(kCorp, kAnna).ok());
  anna.Ask({{anna.task().number, absl::UnavailableError("no symbol")}});
  EXPECT_THAT(fake.starts, ElementsAre(0, 0));
  EXPECT_THAT(log.back(), HasSubstr("no symbol; it is started as root"));
}

TEST_F(Helped, ABackEndThatCanIsNotHelped) {
  fake.for_users = true;
  anna.Ask();
  EXPECT_TRUE(backend.StartSession(kCorp, kAnna).ok());
  EXPECT_TRUE(backend.StartSession(kCorp, std::nullopt).ok());
  EXPECT_THAT(fake.starts, ElementsAre(kAnna, 0));
  EXPECT_TRUE(anna.told.empty());
}

TEST_F(Helped, SaysThatItCan) {
  EXPECT_TRUE(backend.Capabilities().at(0).available);
  EXPECT_THAT(backend.Capabilities().at(0).detail, HasSubstr("holdfast-session"));
}

}  // namespace
}  // namespace holdfast::agent
