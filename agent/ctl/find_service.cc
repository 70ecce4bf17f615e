#include "agent/ctl/find_service.h"

#include <functional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::ctl {
namespace {

using Services = std::vector<const v1::LocalService*>;

std::string NameOf(const v1::LocalService& service) {
  return service.name().empty() ? service.rule() : service.name();
}

Services Matching(const v1::GetStatusResponse& status,
                  const std::function<bool(const v1::LocalService&)>& matches) {
  Services out;
  for (const v1::LocalService& service : status.services()) {
    if (matches(service)) out.push_back(&service);
  }
  return out;
}

Failure None(const v1::GetStatusResponse& status, const std::string& text) {
  std::vector<std::string> names;
  for (const v1::LocalService& service : status.services()) names.push_back(NameOf(service));
  const std::string known =
      names.empty() ? "there are no services" : "there are: " + absl::StrJoin(names, ", ");
  return {ExitCode::kNoSuchService,
          absl::NotFoundError(absl::StrCat("no service is called '", text, "'; ", known))};
}

Failure Several(const Services& candidates, const std::string& text) {
  const std::string list =
      absl::StrJoin(candidates, ", ", [](std::string* out, const v1::LocalService* service) {
        absl::StrAppend(out, NameOf(*service), " (", service->service_id(), ")");
      });
  return {ExitCode::kAmbiguous,
          absl::InvalidArgumentError(absl::StrCat("'", text, "' may mean ", list, "; use the id"))};
}

}  // namespace

Failure FindService(const v1::GetStatusResponse& status, const std::string& text,
                    const v1::LocalService** found) {
  const std::function<bool(const v1::LocalService&)> kinds[] = {
      [&](const v1::LocalService& s) { return absl::EqualsIgnoreCase(s.service_id(), text); },
      [&](const v1::LocalService& s) { return s.name() == text; },
      [&](const v1::LocalService& s) { return s.rule() == text; },
      [&](const v1::LocalService& s) { return absl::EqualsIgnoreCase(s.name(), text); },
      [&](const v1::LocalService& s) { return absl::StartsWithIgnoreCase(s.name(), text); },
  };
  if (text.empty()) return None(status, text);
  for (const auto& matches : kinds) {
    const Services candidates = Matching(status, matches);
    if (candidates.size() > 1) return Several(candidates, text);
    if (candidates.empty()) continue;
    *found = candidates.front();
    return {};
  }
  return None(status, text);
}

}  // namespace holdfast::ctl
