// The dialogs against a daemon that answers, with a person who does.
#include "agent/helper/override_dialog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/helper/fake_programs.h"

namespace holdfast::helper {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class OverrideDialog : public ::testing::Test {
 protected:
  absl::Status Run(const std::string& service = "") {
    const AskDaemon ask = [this](const v1::ControlRequest& request) -> absl::StatusOr<v1::ControlResponse> {
      v1::ControlResponse response;
      if (request.has_get_policy()) *response.mutable_policy() = policy;
      if (request.has_get_status()) *response.mutable_status() = status;
      if (request.has_request_action()) {
        asked.push_back(request.request_action());
        if (!answer.ok()) return answer;
        response.mutable_action()->set_text("corp is not enforced until 12:00");
      }
      return response;
    };
    return RunOverrideDialog(ask, presenter, service);
  }
  void Key(const std::string& path, const std::string& value) {
    auto* key = policy.add_keys();
    key->set_path(path);
    key->set_value(value);
  }
  void Service(const std::string& name, bool required) {
    auto* service = status.add_services();
    service->set_name(name);
    service->set_service_id(name + "-id");
    service->set_required(required);
  }
  // What the last program showed.
  const std::vector<std::string>& Shown() { return programs.runs.back(); }

  FakePrograms programs;
  Presenter presenter{WithoutDialog(), programs.Runner()};
  v1::GetLocalPolicyResponse policy;
  v1::GetStatusResponse status;
  absl::Status answer;
  std::vector<v1::RequestActionRequest> asked;
};

TEST_F(OverrideDialog, AsksWhichHowLongAndWhy) {
  Service("corp", true);
  Service("lab", true);
  Service("home", false);
  Key("Override.MaxDuration", "1h");
  programs.answers = {{"lab\n"}, {"30 minutes\n"}, {"the hotel's network\n"}};
  ASSERT_TRUE(Run().ok());
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].service(), "lab-id");
  EXPECT_EQ(asked[0].reason(), "the hotel's network");
  EXPECT_EQ(asked[0].duration_ns(), absl::ToInt64Nanoseconds(absl::Minutes(30)));
  // Not longer than the policy allows, and not what nobody requires.
  EXPECT_THAT(programs.runs[1], Contains("1 hour"));
  EXPECT_THAT(programs.runs[1], Not(Contains("2 hours")));
  EXPECT_THAT(programs.runs[0], Not(Contains("home")));
  EXPECT_THAT(Shown(), Contains("corp is not enforced until 12:00"));
}

TEST_F(OverrideDialog, OneServiceIsNotAskedFor) {
  Service("corp", true);
  programs.answers = {{"15 minutes\n"}, {"reason\n"}};
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(asked.at(0).service(), "corp-id");
}

TEST_F(OverrideDialog, AsksForWhatThePolicyWantsToSee) {
  Key("Override.Mode", "passcode");
  programs.answers = {{"15 minutes\n"}, {"reason\n"}, {"1234\n"}};
  ASSERT_TRUE(Run("corp").ok());
  EXPECT_EQ(asked.at(0).passcode(), "1234");
  policy.Clear();
  Key("Override.Mode", "ticket");
  programs.answers = {{"15 minutes\n"}, {"reason\n"}, {"INC1\n"}};
  ASSERT_TRUE(Run("corp").ok());
  EXPECT_EQ(asked.at(1).ticket(), "INC1");
  policy.Clear();
  Key("Override.Mode", "admin-code");
  programs.answers = {{"15 minutes\n"}, {"reason\n"}, {"ABCD\n"}};
  ASSERT_TRUE(Run("corp").ok());
  EXPECT_EQ(asked.at(2).code(), "ABCD");
}

TEST_F(OverrideDialog, WhereItIsNotAllowedNothingIsAsked) {
  Key("Override.Mode", "none");
  EXPECT_TRUE(absl::IsPermissionDenied(Run("corp")));
  EXPECT_TRUE(asked.empty());
  ASSERT_EQ(programs.runs.size(), 1u);
  EXPECT_THAT(Shown(), Contains(HasSubstr("does not let you")));
}

TEST_F(OverrideDialog, CancellingAnywhereAsksNothingOfTheDaemon) {
  programs.answers = {{"15 minutes\n"}, {"", 1}};
  EXPECT_TRUE(absl::IsCancelled(Run("corp")));
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(programs.runs.size(), 2u);  // and shows nothing
}

TEST_F(OverrideDialog, TheDaemonsRefusalIsShown) {
  answer = absl::PermissionDeniedError("three overrides a day are allowed");
  programs.answers = {{"15 minutes\n"}, {"reason\n"}};
  EXPECT_EQ(Run("corp"), answer);
  EXPECT_THAT(Shown(), Contains("three overrides a day are allowed"));
}

}  // namespace
}  // namespace holdfast::helper
