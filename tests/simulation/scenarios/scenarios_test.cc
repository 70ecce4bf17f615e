// Every incident of the registry, shown: one test for each file of this folder, and a test that none is
// missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/incidents/registry.h"
#include "tests/simulation/scenarios/run.h"

namespace holdfast::scenarios {
namespace {

std::vector<std::string> Files() {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(
           absl::StrCat(source == nullptr ? "." : source, "/tests/simulation/scenarios"))) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Of(const Window& window) {
  return absl::StrCat("[", absl::FormatDuration(window.first), ", ", absl::FormatDuration(window.second),
                      "]");
}
bool Within(absl::Duration at, const Window& window) {
  return window.first <= at && at <= window.second;
}

bool IsAbout(const SeenIncident& seen, const ExpectedIncident& expected, const IncidentScenario& scenario) {
  if (seen.opened.name != expected.name) return false;
  if (!expected.about || seen.opened.key == *expected.about) return true;
  for (const profiles::Profile& profile : scenario.mac.profiles) {
    for (const ServiceFacts& service : profile.services) {
      if (service.name == *expected.about && service.id.ToString() == seen.opened.key) return true;
    }
  }
  return false;
}

void ExpectParts(const std::vector<std::string>& parts, const std::string& text, absl::string_view what) {
  for (const std::string& part : parts) {
    EXPECT_TRUE(absl::StrContains(text, part)) << what << " must contain '" << part << "': " << text;
  }
}

void Compare(const SeenIncident& seen, const ExpectedIncident& expected) {
  SCOPED_TRACE(absl::StrCat("line ", expected.line, ": ", expected.name));
  EXPECT_TRUE(Within(seen.opened_at, expected.opens))
      << "it opened at " << seen.opened_at << ", not in " << Of(expected.opens);
  ExpectParts(expected.says, absl::StrCat(seen.opened.summary, " | ", seen.opened.evidence), "its evidence");
  ExpectParts(expected.suspects, seen.opened.suspects, "its suspects");
  if (!expected.closes) {
    EXPECT_FALSE(seen.closed_at.has_value()) << "it closed at " << *seen.closed_at << ": " << seen.reason;
    return;
  }
  ASSERT_TRUE(seen.closed_at.has_value()) << "it did not close";
  EXPECT_TRUE(Within(*seen.closed_at, *expected.closes))
      << "it closed at " << *seen.closed_at << ", not in " << Of(*expected.closes);
  ExpectParts({expected.because}, seen.reason, "its reason for closing");
}

// Each expectation takes the first incident of its kind that no earlier one took.
void CompareIncidents(std::vector<SeenIncident> seen, const IncidentScenario& scenario) {
  for (const ExpectedIncident& expected : scenario.expect) {
    const auto found = std::find_if(seen.begin(), seen.end(), [&](const SeenIncident& incident) {
      return IsAbout(incident, expected, scenario);
    });
    if (found == seen.end()) {
      ADD_FAILURE() << "line " << expected.line << ": " << expected.name << " did not open";
      continue;
    }
    Compare(*found, expected);
    seen.erase(found);
  }
  for (const SeenIncident& left : seen) {
    EXPECT_TRUE(std::count(scenario.may_open.begin(), scenario.may_open.end(), left.opened.name) > 0)
        << left.opened.name << " opened at " << left.opened_at
        << " and is not expected: " << left.opened.summary;
  }
}

class Incident : public ::testing::Test {
 public:
  explicit Incident(std::string path) : path_(std::move(path)) {}
  void TestBody() override {
    const auto scenario = LoadIncidentScenario(path_);
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    const Seen seen = Play(*scenario);
    CompareIncidents(seen.incidents, *scenario);
    ASSERT_EQ(seen.verdicts.size(), scenario->verdicts.size());
    for (const ExpectedVerdict& expected : scenario->verdicts) {
      for (const SeenVerdict& verdict : seen.verdicts) {
        if (verdict.at == expected.at && verdict.key == expected.key) {
          EXPECT_EQ(verdict.is, expected.is) << verdict.key << " at " << verdict.at;
        }
      }
    }
    for (const Window& quiet : scenario->quiet) {
      for (const absl::Duration start : seen.starts) {
        EXPECT_FALSE(Within(start, quiet)) << "a start at " << start << ", within " << Of(quiet);
      }
    }
    if (HasFailure()) std::cout << path_ << "\n" << seen.story;
  }

 private:
  const std::string path_;
};

TEST(IncidentScenarios, ShowEveryIncidentOfTheRegistry) {
  std::set<std::string> shown;
  for (const std::string& file : Files()) {
    const std::string stem = std::filesystem::path(file).stem().string();
    shown.insert(stem.substr(0, stem.find('.')));
  }
  for (const IncidentKind& kind : IncidentKinds()) {
    const std::string name(kind.name);
    const bool excused = !kind.proved_by.empty();
    EXPECT_EQ(shown.contains(name), !excused)
        << (excused ? "it has a scenario: take its proved_by away: "
                    : "tests/simulation/scenarios has no file of this incident: ")
        << name;
  }
}

}  // namespace
}  // namespace holdfast::scenarios

int main(int argc, char** argv) {
  using holdfast::scenarios::Incident;
  ::testing::InitGoogleTest(&argc, argv);
  for (const std::string& file : holdfast::scenarios::Files()) {
    const std::string name = absl::StrReplaceAll(std::filesystem::path(file).stem().string(), {{".", "_"}});
    ::testing::RegisterTest("Incident", name.c_str(), nullptr, nullptr, file.c_str(), 1,
                            [file]() -> ::testing::Test* { return new Incident(file); });
  }
  return RUN_ALL_TESTS();
}
