// A scenario of an incident: a Mac's life, the policy of its agent, and what the agent must notice.
//
// tests/simulation/scenarios/NAME.yaml shows how the incident NAME opens and closes; NAME.WHAT.yaml is a
// further way to the same incident. The agent that ships runs on a simulated Mac in virtual time. All times
// count from the start of the scenario, also across reboots. Keys of the file:
//
//   policy: |            the local policy of the agent, as an admin writes it
//   profiles, gateways, timers, delivery, behaviour, network, console_user, seed, hostname
//                        the Mac at the start, as in every scenario file (sim/scenario/scenario.h)
//   steps:               what happens to the Mac: {at: 30s, do: VERB ARGUMENTS}; verbs:
//   sim/scenario/verbs.cc.
//                        `reboot` also ends the agent; it runs again 20 s later. Nobody is logged in then
//   agent:               what happens to the agent, or is asked of it, at a time:
//     - {at: 1m, do: kill}              kill -9
//     - {at: 1m, do: stop}              SIGTERM
//     - {at: 2m, do: start}             after kill or stop; from 0s on it runs
//     - {at: 1m, do: policy, text: ...} the policy file has this text now; without a text it is gone.
//                        `unmanaged: true`: others than root may write it
//     - {at: 1m, do: ask, verb: connect, service: NAME, reason: TEXT, for: 10m, passcode: TEXT}
//                        a person of uid 501 asks: connect, disconnect, override or end-override
//     - {at: 1m, do: os-build, text: 26A2}  what macOS says it is at the agent's next start
//     - {at: 1m, do: server-lost}       and server-back: whether the agent reaches its server
//     - {at: 1m, do: server-refuses-row}  the next row, for good
//     - {at: 0s, do: server-refuses-enrollment, text: TOKEN_EXHAUSTED}  once, for that reason
//     - {at: 1m, do: disk-full}         and disk-fails: no write succeeds, until disk-well
//   server: true         the agent has one, which takes what it sends
//   expect:              incidents, each of which must open and close so. Nothing else may open
//     - incident: NAME
//       about: KEY       a service's name or the key as it is recorded; omitted: whatever it is
//       opens: [2m, 3m]  between these times
//       says: [TEXT]     parts of summary or evidence
//       suspects: [TEXT] parts of what had changed before
//       closes: [4m, 5m] or never
//       because: TEXT    part of the reason for closing
//   may_open: [NAME]     incidents that are not looked at
//   verdicts:            - {at: 3m, key: RULE, is: violation/stuck}    class/cause at that time
//   quiet: [[1m, 5m]]    between these times no start was sent
//   until: 10m           when it ends; the agent must run then
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/event/event.h"
#include "sim/scenario/scenario.h"

namespace holdfast::scenarios {

using Window = std::pair<absl::Duration, absl::Duration>;

struct AgentStep {
  enum class What : uint8_t {
    kKill,
    kStop,
    kStart,
    kPolicy,
    kAsk,
    kOsBuild,
    kServerLost,
    kServerBack,
    kServerRefusesRow,
    kServerRefusesEnrollment,
    kDiskFull,
    kDiskFails,
    kDiskWell
  };
  absl::Duration at;
  What what = What::kKill;
  std::string text;  // of a policy; of an OS build; of a refusal
  bool unmanaged = false;
  std::string service;  // of an `ask`, by name; empty: every service
  UserRequest request;
};

struct ExpectedIncident {
  std::string name;
  std::optional<std::string> about;
  Window opens;
  std::vector<std::string> says;
  std::vector<std::string> suspects;
  std::optional<Window> closes;  // nothing: it is open at the end
  std::string because;
  int line = 0;
};

struct ExpectedVerdict {
  absl::Duration at;
  std::string key;
  std::string is;  // "class/cause"
};

struct IncidentScenario {
  std::string incident;  // of the file's name
  std::string policy;
  sim::Scenario mac;
  bool server = false;
  std::vector<AgentStep> agent;
  std::vector<ExpectedIncident> expect;
  std::vector<std::string> may_open;
  std::vector<ExpectedVerdict> verdicts;
  std::vector<Window> quiet;
  absl::Duration until;
};

// Names of incidents are those of the registry, and at least one expectation of the file's own incident says
// when it closes.
absl::StatusOr<IncidentScenario> LoadIncidentScenario(const std::string& path);

}  // namespace holdfast::scenarios
