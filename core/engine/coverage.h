// Connected is not protected: what a tunnel must carry, and tunnels that can only be observed. Both judged
// from interfaces, routes and resolvers.
#pragma once

#include <string>

#include "core/engine/state.h"

namespace holdfast::engine {

void OnNetwork(Core& core, Turn& turn, const NetworkFacts& facts);

struct CoverageView {
  enum class Is : uint8_t { kFull, kUnknown, kMissing } is = Is::kFull;
  std::string why;                // a sentence; empty when it is full
  std::optional<MonoTime> until;  // it may still settle until then
};
// Of a service that is up.
CoverageView Coverage(const Core& core, const Service& service, MonoTime now);
// Opens and closes coverage_missing.
void ReviewCoverage(Core& core, Turn& turn, const Service& service);

// A rule that names an interface.
enum class Observed : uint8_t { kUnknown, kUp, kDown };
Observed Observe(const Core& core, const ServiceRule& rule);
std::string ExplainObserved(const Core& core, const ServiceRule& rule);

}  // namespace holdfast::engine
