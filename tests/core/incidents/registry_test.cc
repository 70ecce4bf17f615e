#include "core/incidents/registry.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "core/incidents/document.h"

namespace holdfast {
namespace {

std::filesystem::path DocsFolder() {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  return std::filesystem::path(source == nullptr ? "." : source) / "docs" / "incidents";
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
    EXPECT_GT(kind.remedy.size(), 10u) << kind.name;
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
