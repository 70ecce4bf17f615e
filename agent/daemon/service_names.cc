#include "agent/daemon/service_names.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::agent {
namespace {

using Services = std::vector<const ServiceView*>;

std::string List(const Services& services) {
  if (services.empty()) return "none is installed";
  return absl::StrJoin(services, ", ", [](std::string* out, const ServiceView* service) {
    absl::StrAppend(out, "\"", service->facts.name, "\" (", service->facts.id.ToString(), ")");
  });
}

void AddOnce(Services& services, const ServiceView& service) {
  const bool known = std::any_of(services.begin(), services.end(), [&](const ServiceView* other) {
    return other->facts.id == service.facts.id;
  });
  if (!known) services.push_back(&service);
}

bool IsNamed(const ServiceView& service, const std::string& name) {
  if (name.empty()) return !service.key.empty();
  return absl::EqualsIgnoreCase(service.facts.name, name) || absl::EqualsIgnoreCase(service.rule, name) ||
         absl::EqualsIgnoreCase(service.facts.id.ToString(), name);
}

}  // namespace

absl::StatusOr<Uuid> ResolveService(const std::vector<ServiceView>& services, const std::string& name) {
  Services all;
  Services candidates;
  for (const ServiceView& service : services) {
    if (service.facts.id.IsNil()) continue;  // a rule that nothing installed matches
    AddOnce(all, service);
    if (IsNamed(service, name)) AddOnce(candidates, service);
  }
  if (candidates.size() == 1) return candidates.front()->facts.id;
  if (candidates.empty()) {
    const std::string what = name.empty() ? "no service is required, so one must be named"
                                          : absl::StrCat("no service is called \"", name, "\"");
    return absl::NotFoundError(absl::StrCat(what, "; installed: ", List(all)));
  }
  const std::string what = name.empty() ? "several services are required, so one must be named"
                                        : absl::StrCat("\"", name, "\" is ambiguous: name a UUID");
  return absl::InvalidArgumentError(absl::StrCat(what, "; candidates: ", List(candidates)));
}

}  // namespace holdfast::agent
