#include <limits.h>
#include <stdlib.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/daemon/machine.h"
#include "agent/platform/posix/machine_identity.h"
#include "agent/session/simulated/simulated_world.h"
#include "base/error.h"
#include "base/sha256.h"
#include "profiles/installed/installed.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::agent {
namespace {

using LogLine = std::function<void(const std::string&)>;

// Several simulated Macs may run on one machine: each state folder is another Mac.
wire::HardwareIdentity SimulatedHardware(const std::string& state_dir, const std::string& hostname) {
  wire::HardwareIdentity identity = platform::ReadMachineIdentity();
  char resolved[PATH_MAX];
  const std::string folder = realpath(state_dir.c_str(), resolved) != nullptr ? resolved : state_dir;
  const std::string name = absl::StrCat("simulated:", identity.platform_uuid, ":", folder);
  identity.serial_number = absl::StrCat("SIM", ToHex(Sha256(name)).substr(0, 9));
  identity.platform_uuid = Uuid::FromName(name).ToString();
  identity.model = "SimulatedMac1,1";
  identity.os_version = "simulated";
  identity.os_build = "SIM1";
  if (!hostname.empty()) identity.hostname = hostname;
  return identity;
}

class SimulatedMachine final : public Machine {
 public:
  SimulatedMachine(std::unique_ptr<session::SimulatedWorld> world, wire::HardwareIdentity hardware)
      : world_(std::move(world)), hardware_(std::move(hardware)) {}
  const Clock& clock() override { return world_->clock(); }
  session::Backend& backend() override { return world_->backend(); }
  signals::Source& signals() override { return world_->signals(); }
  signals::Prober& prober() override { return world_->prober(); }
  wire::HardwareIdentity hardware() const override { return hardware_; }

 private:
  std::unique_ptr<session::SimulatedWorld> world_;
  const wire::HardwareIdentity hardware_;
};

// A profile that cannot be read does not keep the daemon from running: it is a finding, as on a Mac, and is
// named here too.
void InstallProfiles(const std::vector<std::string>& paths, sim::SimulatedMac& mac, const LogLine& log) {
  for (const std::string& path : paths) {
    absl::StatusOr<std::vector<profiles::Profile>> read = profiles::ReadPath(path);
    if (!read.ok()) read = std::vector<profiles::Profile>{profiles::Unreadable(path, read.status())};
    for (const ProfileFinding& finding : profiles::Combine(*read).findings) {
      log(absl::StrCat("profile ", finding.profile, ": ", finding.code, ": ", finding.message));
    }
    mac.Install(*read);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Machine>> MakeSimulatedMachine(const MachineParts& parts) {
  const Flags& flags = parts.flags;
  session::SimulatedWorld::Options options;
  options.scenario = flags.scenario;
  options.control = flags.sim_control;
  options.session_library = flags.session_library;
  options.private_calls = parts.private_calls;
  options.report = [log = parts.log](const sim::Step& step, const absl::StatusOr<std::string>& answer) {
    log(absl::StrCat("scenario: ", step.command.verb, ": ",
                     answer.ok() ? *answer : std::string(answer.status().message())));
  };
  if (!parts.private_calls.ok()) parts.log(PublicInterfaceOnly(parts.private_calls));
  HOLDFAST_ASSIGN_OR_RETURN(std::unique_ptr<session::SimulatedWorld> world,
                            session::SimulatedWorld::Open(options, parts.clock, parts.executor));
  InstallProfiles(flags.profiles, world->mac(), parts.log);
  wire::HardwareIdentity hardware = SimulatedHardware(flags.state_dir, world->hostname());
  return std::make_unique<SimulatedMachine>(std::move(world), std::move(hardware));
}

}  // namespace holdfast::agent
