#include "core/incidents/registry.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/incidents/document.h"

namespace holdfast {
namespace {

std::filesystem::path SourceFolder() {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  return source == nullptr ? "." : source;
}
std::filesystem::path DocsFolder() {
  return SourceFolder() / "docs" / "incidents";
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(IncidentRegistry, FindsEveryKindByItsName) {
  for (const IncidentKind& kind : IncidentKinds()) EXPECT_EQ(FindIncidentKind(kind.name), &kind) << kind.name;
}

TEST(IncidentRegistry, UnknownNameGivesNothing) {
  EXPECT_EQ(FindIncidentKind(""), nullptr);
  EXPECT_EQ(FindIncidentKind("stuck"), nullptr);
  EXPECT_EQ(FindIncidentKind("zzz"), nullptr);
}

TEST(IncidentRegistry, EveryKindSaysWhatItRestsOnAndWhatToDo) {
  for (const IncidentKind& kind : IncidentKinds()) {
    EXPECT_FALSE(kind.title.empty()) << kind.name;
    EXPECT_GT(kind.evidence.size(), 20u) << kind.name;
    EXPECT_GT(kind.opens.size(), 20u) << kind.name;
    EXPECT_GT(kind.closes.size(), 5u) << kind.name;
    EXPECT_GT(kind.by_itself.size(), 5u) << kind.name;
    EXPECT_GT(kind.remedy.size(), 10u) << kind.name;
    EXPECT_GT(kind.steps.size(), 10u) << kind.name;
    EXPECT_GT(kind.escalate.size(), 5u) << kind.name;
  }
}

// Where something else than the engine notices it, the test that shows it must exist.
TEST(IncidentRegistry, NamesTestsThatExist) {
  for (const IncidentKind& kind : IncidentKinds()) {
    if (kind.proved_by.empty()) continue;
    const std::vector<std::string> parts =
        absl::StrSplit(kind.proved_by, absl::MaxSplits(absl::ByString(": "), 1));
    ASSERT_EQ(parts.size(), 2u) << kind.name;
    const std::string name = absl::StrReplaceAll(parts[1], {{".", ", "}});
    EXPECT_NE(ReadAll(SourceFolder() / parts[0]).find(absl::StrCat("(", name, ")")), std::string::npos)
        << kind.name << ": " << kind.proved_by;
  }
}

TEST(IncidentRegistry, HoldsTheNamesThatOtherPartsRelyOn) {
  for (const char* name : {"stuck_connecting",
                           "start_storm",
                           "slow_start",
                           "not_restored_after_boot",
                           "filter_not_running",
                           "network_down_after_update",
                           "proxy_order_violation",
                           "proxy_order_missing",
                           "proxy_order_conflict",
                           "proxy_save_denied",
                           "update_path_proxied",
                           "extension_os_unsupported",
                           "extension_stale",
                           "filter_xsan_conflict",
                           "management_path_blocked",
                           "stuck_disconnecting",
                           "budget_exhausted",
                           "circuit_open",
                           "captive_hold_exhausted",
                           "chain_break",
                           "chain_fork",
                           "clone_conflict",
                           "silent_agent",
                           "policy_rejected",
                           "policy_tampered",
                           "capability_lost",
                           "authentication_failed",
                           "certificate_invalid",
                           "extension_not_running",
                           "service_missing",
                           "profile_drift",
                           "on_demand_switched_off",
                           "toggle_fight",
                           "false_connected",
                           "clock_jump",
                           "journal_gap",
                           "tamper",
                           "session_manager_restart",
                           "order_unknown",
                           "override_guessing",
                           "filter_missing",
                           "profile_invalid"}) {
    EXPECT_NE(FindIncidentKind(name), nullptr) << name;
  }
}

TEST(IncidentDocuments, AreCurrent) {
  EXPECT_EQ(ReadAll(DocsFolder() / "README.md"), IncidentIndex())
      << "run holdfast_incident_doc docs/incidents";
  for (const IncidentKind& kind : IncidentKinds()) {
    const auto path = DocsFolder() / (std::string(kind.name) + ".md");
    EXPECT_EQ(ReadAll(path), IncidentDocument(kind)) << "run holdfast_incident_doc docs/incidents";
  }
}

TEST(IncidentDocuments, DescribeNothingThatIsNotRegistered) {
  for (const auto& entry : std::filesystem::directory_iterator(DocsFolder())) {
    const std::string name = entry.path().stem().string();
    if (name != "README") EXPECT_NE(FindIncidentKind(name), nullptr) << entry.path();
  }
}

}  // namespace
}  // namespace holdfast
