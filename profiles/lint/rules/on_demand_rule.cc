#include "profiles/lint/rules/on_demand_rule.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/flow/destination.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Value;

Criterion ReadTexts(const Value& rule, absl::string_view key) {
  const Value* value = rule.Find(key);
  if (value == nullptr) return std::nullopt;
  std::set<std::string> texts;
  if (const std::string* text = value->As<std::string>()) texts.insert(absl::AsciiStrToLower(*text));
  if (const auto* list = value->As<plist::Array>()) {
    for (const Value& item : *list) {
      if (const std::string* text = item.As<std::string>()) texts.insert(absl::AsciiStrToLower(*text));
    }
  }
  return texts;
}

using Covers = bool (*)(absl::string_view wide, absl::string_view narrow);

bool Same(absl::string_view a, absl::string_view b) {
  return a == b;
}

// "*.example.com" covers "vpn.example.com" and "*.eu.example.com".
bool CoversDomain(absl::string_view wide, absl::string_view narrow) {
  if (wide == narrow || wide == "*") return true;
  if (!absl::StartsWith(wide, "*")) return false;
  absl::ConsumePrefix(&narrow, "*.");
  return InDomain(narrow, wide);
}

// "17.*" covers "17.1.2.3" and "17.1.*".
bool CoversAddress(absl::string_view wide, absl::string_view narrow) {
  if (wide == narrow) return true;
  return absl::ConsumeSuffix(&wide, "*") && absl::StartsWith(narrow, wide);
}

// Whether everything that `narrow` lets through `wide` lets through, too.
bool Contains(const Criterion& wide, const Criterion& narrow, Covers covers) {
  if (!wide) return true;
  if (!narrow) return false;
  return std::all_of(narrow->begin(), narrow->end(), [&](const std::string& text) {
    return std::any_of(wide->begin(), wide->end(), [&](const std::string& w) { return covers(w, text); });
  });
}

}  // namespace

OnDemandRule ReadOnDemandRule(const Value& value) {
  return {plist::Text(value, "Action"),
          ReadTexts(value, "DNSDomainMatch"),
          ReadTexts(value, "DNSServerAddressMatch"),
          ReadTexts(value, "InterfaceTypeMatch"),
          ReadTexts(value, "SSIDMatch"),
          ReadTexts(value, "URLStringProbe")};
}

bool Shadows(const OnDemandRule& earlier, const OnDemandRule& later) {
  return Contains(earlier.domains, later.domains, CoversDomain) &&
         Contains(earlier.servers, later.servers, CoversAddress) &&
         Contains(earlier.interfaces, later.interfaces, Same) && Contains(earlier.ssids, later.ssids, Same) &&
         Contains(earlier.probe, later.probe, Same);
}

}  // namespace holdfast::lint
