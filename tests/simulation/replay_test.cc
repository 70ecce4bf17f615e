// The journals of simulated Macs, replayed.
#include "core/replay/replay.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "core/policy/parse.h"
#include "proto/wire/event_codec.h"
#include "tests/simulation/policies.h"
#include "tests/simulation/world.h"

namespace holdfast::simulation {
namespace {

std::vector<replay::Row> JournalOf(uint64_t seed, absl::Duration trouble) {
  World world({.seed = seed, .devices = 1, .policies_change = false});
  world.RunWithTrouble(trouble);
  world.Check();
  std::vector<replay::Row> rows;
  for (const journal::Row& row : world.device(0).Rows()) {
    auto event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
    EXPECT_TRUE(event.ok()) << event.status();
    rows.push_back({row.seq, row.at, row.hash, *std::move(event)});
  }
  return rows;
}

std::shared_ptr<const Policy> Parsed(const std::string& text) {
  auto parsed = ParsePolicy(text, "test");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return std::make_shared<const Policy>(parsed->policy);
}

// The one that was in force: the built-in one until the server's arrived.
std::shared_ptr<const Policy> InForce(const PolicyChange& change) {
  if (change.version == 0) return std::make_shared<const Policy>();
  return Parsed(PlainPolicy(change.version));
}

class Replayed : public ::testing::TestWithParam<uint64_t> {};
// With each of them an audit would have seen a violation that enforcement spared.
INSTANTIATE_TEST_SUITE_P(Seeds, Replayed, ::testing::Values<uint64_t>(1, 2, 3, 5, 6, 7, 8, 9));

TEST_P(Replayed, ThePolicyThatWasInForceDecidesAsItDid) {
  const replay::Report report = replay::Replay(JournalOf(GetParam(), absl::Hours(6)), {}, InForce);
  EXPECT_GT(report.runs, 0);
  EXPECT_GT(report.recorded.starts, 0);
  EXPECT_EQ(report.divergence_count, 0u);
  for (const replay::Divergence& d : report.divergences) {
    ADD_FAILURE() << "row " << d.seq << " " << FormatUtc(d.at.wall) << " " << d.what;
  }
  EXPECT_EQ(report.recorded.starts, report.replayed.starts);
  EXPECT_EQ(report.recorded.violations, report.replayed.violations);
}

TEST_P(Replayed, ADraftThatOnlyAuditsSendsNothingAndSaysWhereItDiffers) {
  Policy audit = *Parsed(PlainPolicy(2));
  audit.mode = EnforcementMode::kAudit;
  const auto draft = std::make_shared<const Policy>(audit);
  const auto rows = JournalOf(GetParam(), absl::Hours(6));
  const replay::Report report = replay::Replay(rows, {}, [&](const PolicyChange&) { return draft; });
  EXPECT_EQ(report.replayed.starts, 0);
  EXPECT_EQ(report.replayed.stops, 0);
  EXPECT_GT(report.replayed.noted, 0);
  ASSERT_FALSE(report.divergences.empty());
  const auto total = [](const auto& times) {
    absl::Duration sum;
    for (const auto& [key, time] : times) sum += time;
    return sum;
  };
  EXPECT_GT(total(report.replayed.violations), total(report.recorded.violations));
}

TEST(Replay, BeginsWithTheRunInWhichSinceLies) {
  const auto rows = JournalOf(2, absl::Hours(12));
  const replay::Report all = replay::Replay(rows, {}, InForce);
  ASSERT_GT(all.runs, 1);
  const replay::Report last = replay::Replay(rows, rows.back().at.wall, InForce);
  EXPECT_EQ(last.runs, 1);
  EXPECT_EQ(last.divergence_count, 0u);
}

}  // namespace
}  // namespace holdfast::simulation
