// Plays a scenario of an incident with the agent that ships, in virtual time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/scenarios/scenario_file.h"

namespace holdfast::scenarios {

// Times count from the start of the scenario.
struct SeenIncident {
  IncidentOpened opened;
  absl::Duration opened_at;
  std::optional<absl::Duration> closed_at;
  std::string reason;
};

struct SeenVerdict {
  absl::Duration at;
  std::string key;
  std::string is;  // "class/cause"; empty: there was no such key, or no agent
};

struct Seen {
  std::vector<SeenIncident> incidents;  // in order of opening
  std::vector<absl::Duration> starts;   // commands that were sent
  std::vector<SeenVerdict> verdicts;    // one for each that is expected
  std::string story;                    // what happened, for the reader of a failure
};

// Failures of the machinery are GoogleTest's.
Seen Play(const IncidentScenario& scenario);

}  // namespace holdfast::scenarios
