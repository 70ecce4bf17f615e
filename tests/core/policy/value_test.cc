#include "core/policy/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

using ::testing::HasSubstr;

DocumentValue Value(decltype(DocumentValue::data) data) {
  return {std::move(data), {}};
}

// Reads into the member type that keys of this kind have.
absl::Status ReadByType(const DocumentValue& value, const SchemaKey& key) {
  bool flag;
  uint64_t integer;
  int64_t bytes;
  double number;
  absl::Duration duration;
  std::string text;
  Uuid uuid;
  Endpoint probe;
  WallTime moment;
  std::vector<std::string> texts;
  std::vector<LadderStep> steps;
  switch (key.type) {
    case KeyType::kBool:
      return ReadValue(value, key, flag);
    case KeyType::kInteger:
      return ReadValue(value, key, integer);
    case KeyType::kBytes:
      return ReadValue(value, key, bytes);
    case KeyType::kNumber:
      return ReadValue(value, key, number);
    case KeyType::kDuration:
      return ReadValue(value, key, duration);
    case KeyType::kText:
      return ReadValue(value, key, text);
    case KeyType::kUuid:
      return ReadValue(value, key, uuid);
    case KeyType::kChoice:
      return ReadChoice(value, key).status();
    case KeyType::kTextList:
      return ReadValue(value, key, texts);
    case KeyType::kChoiceList:
      return ReadValue(value, key, steps);
    case KeyType::kEndpoint:
      return ReadValue(value, key, probe);
    case KeyType::kMoment:
      return ReadValue(value, key, moment);
  }
  return absl::OkStatus();
}

DocumentValue AtNumber(const SchemaKey& key, double number) {
  if (key.type == KeyType::kDuration) return Value(ShowValue(key, absl::Seconds(number)));
  if (key.type == KeyType::kNumber) return Value(number);
  return Value(static_cast<int64_t>(number));
}

TEST(PolicyValue, RangesHoldAtTheirEndsAndNotBeyond) {
  int ranged = 0;
  for (const SchemaKey& key : PolicySchema()) {
    const bool whole = key.type == KeyType::kInteger || key.type == KeyType::kBytes;
    if (!whole && key.type != KeyType::kDuration && key.type != KeyType::kNumber) continue;
    ++ranged;
    ASSERT_LT(key.min, key.max) << key.path;
    const double step = whole ? 1 : 0.01;
    EXPECT_TRUE(ReadByType(AtNumber(key, key.min), key).ok()) << key.path;
    EXPECT_TRUE(ReadByType(AtNumber(key, key.max), key).ok()) << key.path;
    EXPECT_THAT(ReadByType(AtNumber(key, key.min - step), key).message(), HasSubstr("is out of range"))
        << key.path;
    EXPECT_THAT(ReadByType(AtNumber(key, key.max + step), key).message(), HasSubstr("is out of range"))
        << key.path;
  }
  EXPECT_GT(ranged, 20);
}

TEST(PolicyValue, NoKeyTakesAMapOrNothing) {
  for (const SchemaKey& key : PolicySchema()) {
    EXPECT_FALSE(ReadByType(Value(DocumentValue::Map{}), key).ok()) << key.path;
    EXPECT_FALSE(ReadByType(Value(std::monostate{}), key).ok()) << key.path;
  }
}

TEST(PolicyValue, ReadsDurations) {
  const SchemaKey& key = *FindKey("Reconnect.MaxDelay");
  absl::Duration out;
  const auto read = [&](absl::string_view text) { return ReadValue(Value(std::string(text)), key, out); };
  ASSERT_TRUE(read("1h30m").ok());
  EXPECT_EQ(out, absl::Minutes(90));
  ASSERT_TRUE(read("1.5s").ok());
  EXPECT_EQ(out, absl::Milliseconds(1500));
  ASSERT_TRUE(read("250ms").ok());
  EXPECT_EQ(out, absl::Milliseconds(250));
  for (absl::string_view bad : {"", "0", "s", "5 m", "5 minutes", "5d", "1h 30m", "m5", "hms"}) {
    EXPECT_THAT(read(bad).message(), HasSubstr("is not a duration (write \"2s\"")) << bad;
  }
  EXPECT_THAT(read("-5m").message(), HasSubstr("out of range"));
  EXPECT_FALSE(read("inf").ok());
  EXPECT_FALSE(read("99999999999999999999h").ok());
  EXPECT_EQ(ReadValue(Value(int64_t{30}), key, out).message(),
            "30 is a duration without a unit (write \"30s\" or \"30m\")");
}

TEST(PolicyValue, ReadsSizes) {
  const SchemaKey& key = *FindKey("History.MaxBytes");
  int64_t out = 0;
  const auto read = [&](absl::string_view text) { return ReadValue(Value(std::string(text)), key, out); };
  ASSERT_TRUE(read("64MiB").ok());
  EXPECT_EQ(out, int64_t{64} << 20);
  ASSERT_TRUE(read("1 GiB").ok());
  EXPECT_EQ(out, int64_t{1} << 30);
  ASSERT_TRUE(read("5000KiB").ok());
  EXPECT_EQ(out, int64_t{5000} << 10);
  for (absl::string_view bad : {"", "MiB", "64MB", "-1MiB", "64 M", "9999999999999GiB", "64"}) {
    EXPECT_THAT(read(bad).message(), HasSubstr("is not a size")) << bad;
  }
  EXPECT_EQ(ShowValue(key, int64_t{64} << 20), "64MiB");
  EXPECT_EQ(ShowValue(key, int64_t{2} << 30), "2GiB");
  EXPECT_EQ(ShowValue(key, int64_t{4194305}), "4194305");
}

TEST(PolicyValue, ReadsEndpoints) {
  const SchemaKey& key = *FindKey("Liveness.Probes[].Tcp");
  Endpoint out;
  const auto read = [&](absl::string_view text) { return ReadValue(Value(std::string(text)), key, out); };
  ASSERT_TRUE(read("intranet.example.com:443").ok());
  EXPECT_EQ(out.ToString(), "intranet.example.com:443");
  ASSERT_TRUE(read("[fd00::1]:53").ok());
  EXPECT_EQ(out.host, "fd00::1");
  EXPECT_EQ(out.port, 53);
  EXPECT_EQ(ShowValue(key, out), "[fd00::1]:53");
  for (absl::string_view bad :
       {"", "host", ":1", "host:", "host:0", "host:65536", "host:+1", "host: 1", "fd00::1:53", "[fd00::1]",
        "[host]:1", "[]:1", "a b:1", "https://host:1", "host]:1", "[fd00::1:5"}) {
    EXPECT_THAT(read(bad).message(), HasSubstr("is not HOST:PORT")) << bad;
  }
}

TEST(PolicyValue, ReadsText) {
  const SchemaKey& key = *FindKey("Services[].Name");
  std::string out;
  EXPECT_TRUE(ReadValue(Value(std::string("Büro")), key, out).ok());
  EXPECT_EQ(out, "Büro");
  EXPECT_THAT(ReadValue(Value(std::string()), key, out).message(), HasSubstr("is empty"));
  EXPECT_THAT(ReadValue(Value(std::string("a\nb")), key, out).message(), HasSubstr("control character"));
  EXPECT_THAT(ReadValue(Value(std::string(1025, 'x')), key, out).message(), HasSubstr("longer than 1024"));
  EXPECT_EQ(ReadValue(Value(int64_t{12}), key, out).message(), "12 is not text (put it in quotes)");
}

TEST(PolicyValue, ChoicesDisregardCaseAndPrintAsDocumented) {
  const SchemaKey& key = *FindKey("Reconnect.OnFailure.Other");
  FailureAction out = FailureAction::kBackoff;
  ASSERT_TRUE(ReadValue(Value(std::string("RetryOnceThenAsk")), key, out).ok());
  EXPECT_EQ(out, FailureAction::kRetryOnceThenAsk);
  EXPECT_EQ(ShowValue(key, out), "retryOnceThenAsk");
}

TEST(PolicyValue, ServiceTypesAreNamedAsFactsNameThem) {
  const SchemaKey& key = *FindKey("Services[].Match.Type");
  for (ServiceType type : {ServiceType::kIkev2, ServiceType::kIpsec, ServiceType::kL2tp,
                           ServiceType::kProvider, ServiceType::kTransparentProxy}) {
    const std::string name(ServiceTypeName(type));
    EXPECT_EQ(ShowValue(key, type), name);
    ServiceType read = ServiceType::kUnknown;
    ASSERT_TRUE(ReadValue(Value(name), key, read).ok());
    EXPECT_EQ(read, type);
  }
}

}  // namespace
}  // namespace holdfast
