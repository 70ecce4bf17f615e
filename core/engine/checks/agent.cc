// The agent itself: whether it is as it was installed, and whether the system still offers what it offered.
#include "absl/strings/str_cat.h"
#include "core/engine/checks/review.h"

namespace holdfast::engine {

void ReviewAgent(const Core& core, Review& review) {
  review.Own({"tamper", "capability_lost"});
  for (const auto& [of, check] : core.self_checks) {
    const bool installation = of == kInstallation;
    if (installation && !core.policy->tamper_protection) continue;
    std::vector<std::string> faults;
    for (const SelfCheck::Part& part : check.parts) {
      const std::string key = installation ? part.name : absl::StrCat(of, ":", part.name);
      if (part.ok || (!installation && !core.capabilities_seen.contains(key))) continue;
      const std::string what = installation
                                   ? absl::StrCat("The agent's ", part.name, " is not what was installed")
                                   : absl::StrCat("The capability ", part.name, " of ", of, " is gone");
      faults.push_back(absl::StrCat(what, part.detail.empty() ? "" : ": ", part.detail, "."));
      review.Find(installation ? "tamper" : "capability_lost", key, faults.back(),
                  absl::StrCat("part=", part.name, "; os_build=", core.os_build));
    }
    if (installation) review.Check("installation", faults, "The agent is as it was installed.");
  }
}

}  // namespace holdfast::engine
