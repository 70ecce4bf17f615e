// One review of what is declared and installed: what was checked, and what is wrong. A reviewer is a function
// that looks at one subject; it owns the incidents it names.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/engine/state.h"

namespace holdfast::engine {

struct Finding {
  std::string incident;
  std::string key;
  std::string summary;
  std::string evidence = "";
};

struct Review {
  bool in_grace = false;  // processes may still be coming up
  std::vector<CheckResult> checks;
  std::vector<Finding> findings;
  std::vector<absl::string_view> owned;  // incidents that this review closes where it finds nothing

  void Own(std::initializer_list<absl::string_view> names) {
    owned.insert(owned.end(), names.begin(), names.end());
  }
  void Find(std::string incident, std::string key, std::string summary, std::string evidence = "") {
    findings.push_back({std::move(incident), std::move(key), std::move(summary), std::move(evidence)});
  }
  void Check(std::string name, const std::vector<std::string>& faults, std::string passed) {
    checks.push_back(
        {std::move(name), faults.empty(), faults.empty() ? std::move(passed) : absl::StrJoin(faults, " ")});
  }
};

// What they look at, each with its incidents.
void ReviewProxies(const Core& core, Review& review);
void ReviewFilters(const Core& core, Review& review);
void ReviewExtensions(const Core& core, Review& review);
void ReviewConfigurations(const Core& core, Review& review);
void ReviewAgent(const Core& core, Review& review);

}  // namespace holdfast::engine
