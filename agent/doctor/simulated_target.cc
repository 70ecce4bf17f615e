#include "agent/doctor/simulated_target.h"

#include "base/error.h"
#include "sim/darwin/darwin_mac.h"
#include "sim/virtual_time.h"

namespace holdfast::doctor {

absl::Status OnSimulatedMac(const std::string& path, const std::string& without,
                            const std::function<void(const Target&)>& work) {
  HOLDFAST_ASSIGN_OR_RETURN(const sim::DarwinLibrary library, sim::DarwinLibrary::Open(path));
  sim::VirtualTime time;
  sim::SimulatedMac mac(time, time, /*seed=*/1);
  sim::DarwinMac darwin(mac, {}, /*seed=*/1, library);
  darwin.Enter();
  work({[find = darwin.Symbols(), &without](const char* name) {
          return without == name ? nullptr : find(name);
        },
        [&time](const std::function<bool()>& done, absl::Duration limit) {
          const MonoTime until = time.Now().mono + limit;
          while (!done()) {
            if (time.Now().mono > until || !time.RunOne()) return false;
          }
          return true;
        }});
  return absl::OkStatus();
}

}  // namespace holdfast::doctor
