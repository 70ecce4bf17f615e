// Whether the agent is as the package installed it: its signature, by codesign, and its launch job, by
// launchctl.
#pragma once

#include <optional>
#include <string>

#include "agent/signals/mac/tool_round.h"
#include "agent/signals/signals.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::signals {

struct InstallationSourceOptions {
  std::string program = "/Library/Holdfast/bin/holdfastd";
  std::string job = "system/io.holdfast.agent";
  absl::Duration look_every = absl::Minutes(10);
  absl::Duration limit = absl::Seconds(30);
};

// A tool that says no makes its part false. One that could not be run, or did not come back, proves nothing:
// its part is left out.
SelfCheck ReadInstallation(const ToolAnswers& answers, const InstallationSourceOptions& options);

// All on the executor.
class InstallationSource {
 public:
  // All must outlive it.
  InstallationSource(Executor& executor, const Clock& clock, RunTool run,
                     InstallationSourceOptions options = {});
  InstallationSource(const InstallationSource&) = delete;
  InstallationSource& operator=(const InstallationSource&) = delete;

  // Tells `listener` once the first round is done, then each change.
  void Begin(Listener* listener);

 private:
  void Look();

  Executor& executor_;
  const Clock& clock_;
  const RunTool run_;
  const InstallationSourceOptions options_;
  Listener* listener_ = nullptr;
  std::optional<SelfCheck> told_;
  Timer look_;
  Lifetime lifetime_;
};

}  // namespace holdfast::signals
