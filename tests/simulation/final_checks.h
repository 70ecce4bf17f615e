// What must hold at the end of a world, whatever happened in it: journal and server agree, and the report
// counts no second twice and none as protected that was not.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tests/simulation/monitor.h"
#include "tests/simulation/simulated_server.h"

namespace holdfast::simulation {

struct Window {
  ServerTime from, to;
};

class FinalChecks {
 public:
  // `healed`: everything was mended long enough ago for everything to have come right.
  FinalChecks(SimulatedServer& server, const Window& window, bool healed);

  // While the agent runs.
  void Report(SimulatedDevice& device, Monitor& monitor);
  // The agent must not be running. Gives the hash of the journal's newest row.
  Sha256Digest Journal(SimulatedDevice& device, Monitor& monitor);
  // That the server found nothing that only forgers bring about.
  void Incidents(const std::function<void(const std::string&)>& broken);
  // Days that are kept say what their points say.
  void KeptDays(const std::function<void(const std::string&)>& broken);

 private:
  SimulatedServer& server_;
  const Window window_;
  const bool healed_;
  std::optional<server::ComplianceReport> report_;
};

}  // namespace holdfast::simulation
