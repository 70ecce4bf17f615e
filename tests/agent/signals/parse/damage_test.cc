// Bytes that nobody wrote on purpose: no reader crashes on them, and none makes up facts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/signals/parse/ne_plist.h"
#include "agent/signals/parse/profiles_xml.h"
#include "agent/signals/parse/scutil_status.h"
#include "agent/signals/parse/sysext_db.h"
#include "agent/signals/parse/sysext_list.h"
#include "tests/agent/signals/parse/fixtures.h"
#include "tests/agent/signals/parse/log_recorder.h"

namespace holdfast::parse {
namespace {

constexpr Kind kAll[] = {Kind::kNelog,    Kind::kScutilList,  Kind::kScutilStatus, Kind::kSysextList,
                         Kind::kSysextDb, Kind::kProfilesXml, Kind::kNePlist};

// Facts as sentences, without the numbers of lines.
std::vector<std::string> FactsOf(Kind kind, const std::string& text) {
  std::vector<std::string> facts;
  switch (kind) {
    case Kind::kNelog:
      for (const Told& told : Tell(text)) {
        facts.push_back(
            absl::StrJoin({std::string(LogFactName(told.fact)), told.time, told.process, told.name, told.id,
                           told.who, told.state, told.subject, told.reason_text, told.connection, told.text},
                          "|"));
      }
      break;
    case Kind::kScutilList:
      if (const auto list = ReadScutilList(text); list.ok()) {
        for (const ScutilService& s : list->services) {
          facts.push_back(absl::StrCat(s.id.ToString(), "|", s.name, "|", s.kind, "|",
                                       ServiceTypeName(s.type), "|", s.enabled));
        }
      }
      break;
    case Kind::kScutilStatus:
      if (const auto output = ReadScutilStatus(text); output.ok()) {
        for (const ScutilReport& report : output->reports) {
          for (const ScFact& fact : report.facts)
            facts.push_back(absl::StrCat(fact.path, "|", fact.value, "|", fact.meaning));
        }
      }
      break;
    case Kind::kSysextList:
    case Kind::kSysextDb:
      if (const auto list = kind == Kind::kSysextDb ? ReadSysextDb(text) : ReadSysextList(text); list.ok()) {
        for (const SysextRow& row : list->rows) {
          facts.push_back(absl::StrCat(row.facts.bundle_id, "|", row.facts.version, "|", row.facts.state, "|",
                                       row.enabled, row.active));
        }
      }
      break;
    case Kind::kProfilesXml:
      if (const auto list = ReadProfileList(text); list.ok()) {
        for (const InstalledProfile& p : list->profiles)
          facts.push_back(absl::StrCat(p.identifier, p.payloads.size()));
        ConfigurationsOf(*list);
      }
      break;
    case Kind::kNePlist:
      if (const auto read = ReadNePreferences(text); read.ok()) {
        for (const NeConfiguration& c : read->configurations)
          facts.push_back(absl::StrCat(c.id.ToString(), c.name));
        ConfigurationsOf(*read);
      }
      break;
  }
  return facts;
}

TEST(Damage, TheFixturesAreWhole) {
  const std::vector<size_t> expected = {13, 2, 6, 2, 2, 1, 5};
  std::vector<size_t> found;
  for (Kind kind : kAll) {
    found.push_back(FactsOf(kind, ValidText(kind)).size());
    EXPECT_EQ(LooksLike(ValidText(kind)), kind);
  }
  EXPECT_EQ(found, expected);
}

TEST(Damage, EveryTruncationTellsNoMoreThanTheWhole) {
  for (Kind kind : kAll) {
    const std::string whole = ValidText(kind);
    const size_t facts = FactsOf(kind, whole).size();
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_LE(FactsOf(kind, whole.substr(0, size)).size(), facts) << KindName(kind) << " " << size;
    }
  }
}

TEST(Damage, LinesInAnotherOrderTellTheSame) {
  std::mt19937_64 random(7);
  for (Kind kind : {Kind::kScutilList, Kind::kSysextList, Kind::kNelog}) {
    std::string whole = ValidText(kind);
    if (const size_t block = whole.find("type: debug"); block != std::string::npos) whole.resize(block);
    std::vector<std::string> facts = FactsOf(kind, whole);
    std::sort(facts.begin(), facts.end());
    std::vector<std::string> lines = absl::StrSplit(whole, '\n', absl::SkipEmpty());
    for (int round = 0; round < 50; ++round) {
      std::shuffle(lines.begin(), lines.end(), random);
      std::vector<std::string> shuffled = FactsOf(kind, absl::StrJoin(lines, "\n"));
      std::sort(shuffled.begin(), shuffled.end());
      EXPECT_EQ(shuffled, facts) << KindName(kind);
    }
  }
}

TEST(Damage, ChangedBytesCrashNothing) {
  std::mt19937_64 random(11);
  for (Kind kind : kAll) {
    const std::string whole = ValidText(kind);
    for (int round = 0; round < 1500; ++round) {
      std::string damaged = whole;
      for (uint64_t changes = 1 + random() % 8; changes > 0; --changes) {
        damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
      }
      if (random() % 4 == 0) damaged.erase(random() % damaged.size(), random() % 50);
      if (random() % 4 == 0)
        damaged.insert(random() % damaged.size(), whole.substr(random() % whole.size(), 80));
      for (Kind reader : kAll) FactsOf(reader, damaged);
    }
  }
}

TEST(Damage, RandomBytesTellNothing) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 3000, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 256);
    for (Kind kind : kAll) EXPECT_TRUE(FactsOf(kind, bytes).empty()) << KindName(kind) << " " << round;
  }
}

TEST(Damage, OfNoiseNothingIsCalledTheSessionManagers) {
  LogRecorder recorder;
  recorder.reader().Feed(
      "the NESM of NESMServer NESMVPNSessionStateRunning [x]\nnesession status changed to connected\n");
  EXPECT_EQ(recorder.counts(), (LogCounts{2, 0, 0, 0, 2, 0}));
}

TEST(Damage, TenMegabytesOfNoiseTellNothing) {
  const std::string noise = Noise(17, size_t{10} << 20);
  for (Kind kind : kAll) {
    // The others refuse a text of that size at once.
    const std::string some = noise.substr(0, kind == Kind::kNelog ? noise.size() : size_t{4} << 20);
    const std::vector<std::string> facts = FactsOf(kind, some);
    EXPECT_TRUE(facts.empty()) << KindName(kind) << ": " << facts.size() << ", the first: " << facts.front();
  }
}

}  // namespace
}  // namespace holdfast::parse
