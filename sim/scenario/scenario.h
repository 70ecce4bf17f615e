// A simulated Mac's life, written down in YAML: what is installed, how its network answers, and what happens
// when.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/executor.h"
#include "profiles/mobileconfig/profile.h"
#include "sim/scenario/command.h"
#include "sim/scenario/yaml.h"
#include "sim/settings.h"

namespace holdfast::sim {

struct Step {
  absl::Duration at;  // from the start of the scenario
  Command command;
  int line = 0;  // in the file
};

struct Scenario {
  uint64_t seed = 1;
  Settings settings;
  std::vector<profiles::Profile> profiles;
  std::map<std::string, Gateway> gateways;
  bool network_up = true;
  std::string hostname;      // empty: the real machine's
  std::string console_user;  // empty: the login window
  std::vector<Step> steps;   // by time
  std::string folder = ".";  // the file's, for relative paths
};

// Every mistake is found here and named with file, line and key: unknown keys, unknown verbs, services and
// gateways' modes, profiles that cannot be read. `others` reads keys that are not the Mac's: what a program
// that plays the scenario adds to it.
absl::StatusOr<Scenario> LoadScenario(const std::string& path, const YamlValue::Readers& others = {});
absl::StatusOr<Scenario> ParseScenario(absl::string_view yaml, const std::string& name,
                                       const std::string& folder, const YamlValue::Readers& others = {});

// Makes a fresh Mac as the scenario has it at its start. Its settings are the Mac's from its construction on.
void SetUp(const Scenario& scenario, SimulatedMac& mac);
// The same, with the Mac. Clock and executor must outlive it.
std::unique_ptr<SimulatedMac> MakeMac(const Scenario& scenario, const Clock& clock, Executor& executor);

// Plays a scenario's steps, each at its time from now on, until it is destroyed.
class Player {
 public:
  using Report = std::function<void(const Step& step, const absl::StatusOr<std::string>& answer)>;
  // All must outlive it. `report` may be null.
  Player(const Scenario& scenario, CommandInterpreter& interpreter, const Clock& clock, Executor& executor,
         Report report);

 private:
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::sim
