#include "core/incidents/registry.h"

#include <algorithm>
#include <array>

#include "core/incidents/kinds/agent.h"
#include "core/incidents/kinds/network.h"
#include "core/incidents/kinds/services.h"

namespace holdfast {
namespace {

using incident_kinds::kAgent;
using incident_kinds::kNetwork;
using incident_kinds::kServices;

// string_view's own comparison is not constexpr everywhere.
constexpr bool Before(absl::string_view a, absl::string_view b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return a.size() < b.size();
}

constexpr auto Sorted() {
  std::array<IncidentKind, std::size(kServices) + std::size(kNetwork) + std::size(kAgent)> all{};
  auto* to = std::copy(std::begin(kServices), std::end(kServices), all.begin());
  to = std::copy(std::begin(kNetwork), std::end(kNetwork), to);
  std::copy(std::begin(kAgent), std::end(kAgent), to);
  std::sort(all.begin(), all.end(),
            [](const IncidentKind& a, const IncidentKind& b) { return Before(a.name, b.name); });
  return all;
}

// Lookup is a binary search.
constexpr auto kKinds = Sorted();

constexpr bool WithoutDoubles() {
  for (size_t i = 1; i < kKinds.size(); ++i) {
    if (!Before(kKinds[i - 1].name, kKinds[i].name)) return false;
  }
  return true;
}
static_assert(WithoutDoubles());

}  // namespace

absl::string_view SeverityName(Severity severity) {
  constexpr std::array<absl::string_view, 4> kNames = {"info", "warning", "error", "critical"};
  return kNames[static_cast<size_t>(severity)];
}

absl::Span<const IncidentKind> IncidentKinds() {
  return kKinds;
}

const IncidentKind* FindIncidentKind(absl::string_view name) {
  const auto* found =
      std::lower_bound(kKinds.begin(), kKinds.end(), name,
                       [](const IncidentKind& kind, absl::string_view wanted) { return kind.name < wanted; });
  return found != kKinds.end() && found->name == name ? found : nullptr;
}

}  // namespace holdfast
