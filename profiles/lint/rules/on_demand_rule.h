// One rule of On Demand, by what it matches. Values only.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::lint {

// What a rule asks of one thing. Nothing: it does not ask.
using Criterion = std::optional<std::set<std::string>>;

struct OnDemandRule {
  std::string action;
  Criterion domains, servers, interfaces, ssids, probe;

  bool always() const { return !domains && !servers && !interfaces && !ssids && !probe; }
};

OnDemandRule ReadOnDemandRule(const plist::Value& value);

// Whether `later` can match only where `earlier` does: the first match wins, so `later` never counts. Both
// domains and addresses may have wildcards.
bool Shadows(const OnDemandRule& earlier, const OnDemandRule& later);

}  // namespace holdfast::lint
