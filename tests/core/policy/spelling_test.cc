#include "core/policy/spelling.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Spelling, DerivesYamlAndProtoFromPascalCase) {
  EXPECT_EQ(YamlSpelling("EnforcementMode"), "enforcementMode");
  EXPECT_EQ(SnakeSpelling("EnforcementMode"), "enforcement_mode");
  EXPECT_EQ(YamlSpelling("Reconnect.AttemptBudget.PerHour"), "reconnect.attemptBudget.perHour");
  EXPECT_EQ(SnakeSpelling("Services[].Match.PayloadIdentifier"), "services[].match.payload_identifier");
  EXPECT_EQ(YamlSpelling("Services[12].Match.Name"), "services[12].match.name");
}

TEST(Spelling, TakesARunOfCapitalsAsOneWord) {
  EXPECT_EQ(SnakeSpelling("DNSProxies.Required"), "dns_proxies.required");
  EXPECT_EQ(YamlSpelling("DNSProxies.Required"), "dnsProxies.required");
  EXPECT_EQ(YamlSpelling("Privacy.RedactSSID"), "privacy.redactSsid");
}

TEST(Spelling, CountsEditsRegardlessOfCase) {
  EXPECT_EQ(EditDistance("reconnect", "Reconnect"), 0);
  EXPECT_EQ(EditDistance("reconect", "reconnect"), 1);
  EXPECT_EQ(EditDistance("setlte", "settle"), 1);  // a swap
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

}  // namespace
}  // namespace holdfast
