#include "core/engine/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/gate.h"

namespace holdfast::engine {
namespace {

struct Finding {
  std::string incident;
  std::string key;
  std::string summary;
};

// One review: what was checked, and what is wrong.
struct Review {
  std::vector<CheckResult> checks;
  std::vector<Finding> findings;

  void Check(std::string name, const std::vector<std::string>& faults, std::string passed) {
    checks.push_back(
        {std::move(name), faults.empty(), faults.empty() ? std::move(passed) : absl::StrJoin(faults, " ")});
  }
};

const ProxyFacts* FindProxy(const InstalledFacts& installed, const std::string& bundle_id) {
  const auto is_it = [&](const ProxyFacts& proxy) { return proxy.bundle_id == bundle_id; };
  const auto found = std::find_if(installed.proxies.begin(), installed.proxies.end(), is_it);
  return found == installed.proxies.end() ? nullptr : &*found;
}

std::string OrderText(const ProxyFacts& proxy) {
  switch (proxy.order_state) {
    case OrderState::kMissing:
      return "no Order";
    case OrderState::kMistyped:
      return "an Order that is no integer";
    case OrderState::kOutOfRange:
      return "an Order out of range";
    case OrderState::kValid:
      return absl::StrCat("Order ", proxy.order);
  }
  return "no Order";
}

void ReviewRequiredOrder(const Core& core, Review& review) {
  const std::vector<std::string>& required = core.policy->transparent_proxies.required_order;
  if (required.empty()) return;
  std::vector<std::string> faults;
  const ProxyFacts* last = nullptr;
  for (const std::string& bundle_id : required) {
    const ProxyFacts* proxy = FindProxy(core.installed, bundle_id);
    if (proxy == nullptr) {
      faults.push_back(absl::StrCat(bundle_id, " is not installed."));
    } else if (proxy->order_state != OrderState::kValid) {
      faults.push_back(absl::StrCat(bundle_id, " declares ", OrderText(*proxy), "."));
    } else {
      if (last != nullptr && proxy->order <= last->order) {
        faults.push_back(absl::StrCat(bundle_id, " (declared ", OrderText(*proxy), ") must come after ",
                                      last->bundle_id, " (declared ", OrderText(*last), ")."));
      }
      last = proxy;
    }
  }
  if (!faults.empty()) {
    review.findings.push_back({"proxy_order_violation", "",
                               absl::StrCat("The declared order of transparent proxies is not the required: ",
                                            absl::StrJoin(faults, " "))});
  }
  review.Check("proxy_order", faults, absl::StrCat("Declared order: ", absl::StrJoin(required, ", "), "."));
}

void ReviewOrderKeys(const Core& core, Review& review) {
  const std::vector<ProxyFacts>& proxies = core.installed.proxies;
  if (!core.policy->transparent_proxies.require_order_key.value_or(proxies.size() >= 2)) return;
  std::vector<std::string> faults;
  std::map<int64_t, std::vector<std::string>> by_order;
  for (const ProxyFacts& proxy : proxies) {
    if (proxy.order_state == OrderState::kValid) {
      by_order[proxy.order].push_back(proxy.bundle_id);
      continue;
    }
    faults.push_back(absl::StrCat(proxy.bundle_id, " declares ", OrderText(proxy), "."));
    review.findings.push_back({"proxy_order_missing", proxy.bundle_id, faults.back()});
  }
  for (const auto& [order, bundles] : by_order) {
    if (bundles.size() < 2) continue;
    faults.push_back(absl::StrCat(absl::StrJoin(bundles, " and "), " declare the same Order ", order, "."));
    review.findings.push_back({"proxy_order_conflict", absl::StrJoin(bundles, ","), faults.back()});
  }
  review.Check("proxy_order_key", faults,
               absl::StrCat("Each of ", proxies.size(), " transparent proxies declares its own Order."));
}

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

void ReviewFilter(const Core& core, const RequiredFilter& required, bool in_grace, Review& review) {
  const std::string& id = required.bundle_identifier;
  const std::string name = absl::StrCat("content_filter:", id);
  const FilterFacts* filter = FindFilter(core.installed, id);
  if (filter == nullptr) {
    review.findings.push_back(
        {"filter_missing", id, absl::StrCat("Content filter ", id, " is not installed.")});
    return review.Check(name, {"It is not installed."}, "");
  }
  std::vector<std::string> faults = Misconfigurations(required, *filter);
  if (!faults.empty()) {
    review.findings.push_back(
        {"filter_misconfigured", id, absl::StrCat("Content filter ", id, ": ", absl::StrJoin(faults, " "))});
  }
  std::string at_rest;
  if (!filter->enabled) at_rest = "It is disabled.";
  // Right after a start or a wake its process may still be coming up.
  if (required.running.value_or(false) && filter->running == false && !in_grace) {
    at_rest = "Its process is not running.";
  }
  if (!at_rest.empty()) {
    review.findings.push_back({"filter_not_running", id, absl::StrCat("Content filter ", id, ": ", at_rest)});
    faults.push_back(at_rest);
  }
  if (required.running.value_or(false) && !filter->running) {
    faults.push_back("Whether its process runs cannot be told.");
  }
  review.Check(name, faults, "It is installed as required.");
}

void ReviewProfiles(const Core& core, Review& review) {
  for (const ProfileFinding& finding : core.installed.findings) {
    review.findings.push_back({"profile_invalid", absl::StrCat(finding.profile, ":", finding.code),
                               absl::StrCat(finding.profile, ": ", finding.message)});
  }
}

Review MakeReview(const Core& core, bool in_grace) {
  Review review;
  if (core.policy->mode == EnforcementMode::kOff) return review;
  ReviewRequiredOrder(core, review);
  ReviewOrderKeys(core, review);
  for (const RequiredFilter& required : core.policy->content_filters) {
    ReviewFilter(core, required, in_grace, review);
  }
  ReviewProfiles(core, review);
  return review;
}

void KeepIncidents(Core& core, Turn& turn, const Review& review) {
  for (const absl::string_view name :
       {"proxy_order_violation", "proxy_order_missing", "proxy_order_conflict", "filter_missing",
        "filter_misconfigured", "filter_not_running", "profile_invalid"}) {
    std::vector<std::string> keys;
    for (const Finding& finding : review.findings) {
      if (finding.incident == name) keys.push_back(finding.key);
    }
    core.incidents.CloseOthers(turn, name, keys, "the check passes now");
  }
  for (const Finding& finding : review.findings) {
    core.incidents.Open(turn, finding.incident, finding.key, finding.summary);
  }
}

}  // namespace

void ReviewChecks(Core& core, Turn& turn) {
  if (!core.installed_known || !core.policy_known) return;
  const bool in_grace = ActiveGrace(core, turn.mono()).has_value();
  const ReviewBasis basis{core.reviews_due, in_grace};
  if (basis == core.reviewed) return;
  core.reviewed = basis;
  Review review = MakeReview(core, in_grace);
  for (const CheckResult& check : review.checks) {
    if (std::find(core.checks.begin(), core.checks.end(), check) == core.checks.end()) turn.Row(check);
  }
  KeepIncidents(core, turn, review);
  core.checks = std::move(review.checks);
}

}  // namespace holdfast::engine
