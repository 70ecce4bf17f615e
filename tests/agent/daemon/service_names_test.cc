#include "agent/daemon/service_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::agent {
namespace {

using ::testing::HasSubstr;

ServiceView Service(const std::string& id, const std::string& name, const std::string& rule) {
  ServiceView view;
  view.facts.id = Uuid::FromName(id);
  view.facts.name = name;
  view.rule = rule;
  view.key = rule;
  return view;
}

TEST(ResolveService, TakesNameLabelOrUuid) {
  const std::vector<ServiceView> services = {Service("a", "Office", "corp"), Service("b", "Lab", "")};
  EXPECT_EQ(*ResolveService(services, "office"), Uuid::FromName("a"));
  EXPECT_EQ(*ResolveService(services, "corp"), Uuid::FromName("a"));
  EXPECT_EQ(*ResolveService(services, Uuid::FromName("b").ToString()), Uuid::FromName("b"));
}

TEST(ResolveService, AnAmbiguousNameListsItsCandidates) {
  const std::vector<ServiceView> services = {Service("a", "Office", "corp"), Service("b", "Office", "lab")};
  const auto resolved = ResolveService(services, "Office");
  EXPECT_TRUE(absl::IsInvalidArgument(resolved.status()));
  EXPECT_THAT(std::string(resolved.status().message()), HasSubstr(Uuid::FromName("a").ToString()));
  EXPECT_THAT(std::string(resolved.status().message()), HasSubstr(Uuid::FromName("b").ToString()));
}

TEST(ResolveService, OneServiceUnderTwoRulesIsNotAmbiguous) {
  const std::vector<ServiceView> services = {Service("a", "Office", "corp"), Service("a", "Office", "lab")};
  EXPECT_EQ(*ResolveService(services, "Office"), Uuid::FromName("a"));
}

TEST(ResolveService, AnUnknownNameListsWhatThereIs) {
  const auto resolved = ResolveService({Service("a", "Office", "corp")}, "Home");
  EXPECT_TRUE(absl::IsNotFound(resolved.status()));
  EXPECT_THAT(std::string(resolved.status().message()), HasSubstr("Office"));
}

TEST(ResolveService, NoNameMeansTheOnlyRequiredService) {
  EXPECT_TRUE(ResolveService({Service("a", "Office", "corp"), Service("b", "Lab", "")}, "").ok());
  EXPECT_FALSE(ResolveService({Service("a", "Office", "corp"), Service("b", "Lab", "lab")}, "").ok());
  EXPECT_FALSE(ResolveService({}, "").ok());
}

}  // namespace
}  // namespace holdfast::agent
