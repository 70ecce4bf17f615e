#include "profiles/lint/apple_hosts.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/flow/destination.h"
#include "core/policy/published_hosts.h"

namespace holdfast::lint {

absl::string_view AppleHostIn(absl::string_view domain) {
  absl::string_view list = kPublishedHosts;
  absl::ConsumePrefix(&list, "[");
  absl::ConsumeSuffix(&list, "]");
  for (absl::string_view endpoint : absl::StrSplit(list, ", ")) {
    const absl::string_view host = endpoint.substr(0, endpoint.find(':'));
    if (InDomain(host, domain)) return host;
  }
  return {};
}

bool SparesApple(const plist::Value& domains) {
  const auto* list = domains.As<plist::Array>();
  if (list == nullptr) return false;
  return std::any_of(list->begin(), list->end(), [](const plist::Value& item) {
    const std::string* domain = item.As<std::string>();
    return domain != nullptr && !AppleHostIn(*domain).empty();
  });
}

}  // namespace holdfast::lint
