// Content filters: there, as required, at work, and not in each other's or a volume's way.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/checks/review.h"

namespace holdfast::engine {
namespace {

const FilterFacts* FindFilter(const InstalledFacts& installed, const std::string& bundle_id) {
  const auto is_it = [&](const FilterFacts& filter) {
    return filter.bundle_id == bundle_id || filter.plugin_bundle_id == bundle_id;
  };
  const auto found = std::find_if(installed.filters.begin(), installed.filters.end(), is_it);
  return found == installed.filters.end() ? nullptr : &*found;
}

std::vector<std::string> Misconfigurations(const RequiredFilter& required, const FilterFacts& filter) {
  std::vector<std::string> faults;
  const auto expect = [&](absl::string_view what, bool wanted, bool is) {
    if (wanted != is) faults.push_back(absl::StrCat(what, is ? " are" : " are not", " filtered."));
  };
  if (required.grade && *required.grade != filter.grade) {
    faults.push_back(
        absl::StrCat("Its grade is \"", filter.grade, "\", required is \"", *required.grade, "\"."));
  }
  if (required.sockets) expect("Sockets", *required.sockets, filter.sockets);
  if (required.packets) expect("Packets", *required.packets, filter.packets);
  return faults;
}

// As the extension list says it, for the evidence.
std::string StateOf(const Core& core, const std::string& bundle_id) {
  for (const ExtensionFacts& extension : core.installed.extensions) {
    if (extension.bundle_id == bundle_id) return absl::StrCat(extension.state, " ", extension.version);
  }
  return "not listed";
}

void ReviewFilter(const Core& core, const RequiredFilter& required, Review& review) {
  const std::string& id = required.bundle_identifier;
  const std::string name = absl::StrCat("content_filter:", id);
  const FilterFacts* filter = FindFilter(core.installed, id);
  if (filter == nullptr) {
    review.Find("filter_missing", id, absl::StrCat("Content filter ", id, " is not installed."));
    return review.Check(name, {"It is not installed."}, "");
  }
  const std::string evidence =
      absl::StrCat("profile=", filter->profile_identifier, "; extension=", StateOf(core, filter->bundle_id));
  std::vector<std::string> faults = Misconfigurations(required, *filter);
  if (!faults.empty()) {
    review.Find("filter_misconfigured", id,
                absl::StrCat("Content filter ", id, ": ", absl::StrJoin(faults, " ")), evidence);
  }
  const bool must_run = required.running.value_or(false);
  std::string at_rest;
  if (!filter->enabled) at_rest = "It is disabled.";
  // Right after a start or a wake its process may still be coming up.
  if (must_run && filter->running == false && !review.in_grace) at_rest = "Its process is not running.";
  if (!at_rest.empty()) {
    review.Find("filter_not_running", id, absl::StrCat("Content filter ", id, ": ", at_rest), evidence);
    faults.push_back(at_rest);
  }
  if (must_run && !filter->running) faults.push_back("Whether its process runs cannot be told.");
  review.Check(name, faults, "It is installed as required.");
}

void ReviewGrades(const Core& core, Review& review) {
  if (!core.policy->warn_same_grade) return;
  std::map<std::string, std::vector<std::string>> by_grade;
  for (const FilterFacts& filter : core.installed.filters) {
    if (filter.enabled) by_grade[filter.grade].push_back(filter.bundle_id);
  }
  std::vector<std::string> faults;
  for (const auto& [grade, filters] : by_grade) {
    if (filters.size() < 2) continue;
    faults.push_back(absl::StrCat(absl::StrJoin(filters, " and "), " have the grade \"", grade,
                                  "\": their order is undefined."));
    review.Find("filter_same_grade", grade, faults.back(),
                absl::StrCat("grade=", grade, "; filters=", absl::StrJoin(filters, ",")));
  }
  review.Check("filter_grades", faults, "Each enabled content filter has a grade of its own.");
}

void ReviewVolumes(const Core& core, Review& review) {
  if (!core.system_known || core.system.xsan_volumes.empty()) return;
  std::vector<std::string> filters;
  for (const FilterFacts& filter : core.installed.filters) {
    if (filter.enabled) filters.push_back(filter.bundle_id);
  }
  if (filters.empty()) return;
  const std::string volumes = absl::StrJoin(core.system.xsan_volumes, ",");
  review.Find("filter_xsan_conflict", "",
              absl::StrCat("The Xsan volume ", volumes, " is mounted while ", absl::StrJoin(filters, " and "),
                           " filters: a shutdown may hang and end in a panic"),
              absl::StrCat("volumes=", volumes, "; filters=", absl::StrJoin(filters, ",")));
}

}  // namespace

void ReviewFilters(const Core& core, Review& review) {
  review.Own({"filter_missing", "filter_misconfigured", "filter_not_running", "filter_same_grade",
              "filter_xsan_conflict"});
  for (const RequiredFilter& required : core.policy->content_filters) ReviewFilter(core, required, review);
  ReviewGrades(core, review);
  ReviewVolumes(core, review);
}

}  // namespace holdfast::engine
