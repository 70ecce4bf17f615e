// The tools of a Mac: what each prints is set by its program's path, and comes when the test lets time run.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/signals/mac/run_tool.h"
#include "agent/signals/signals.h"
#include "sim/virtual_time.h"

namespace holdfast::signals {

struct FakeTools {
  explicit FakeTools(sim::VirtualTime& time) : time(time) {}
  RunTool Runner() {
    return [this](const std::vector<std::string>& arguments, absl::Duration, auto done) {
      ++runs;
      const std::string line = absl::StrJoin(arguments, " ");
      time.PostAt(time.Now().mono + absl::Milliseconds(100), [this, line, done] {
        for (const auto& [part, text] : prints) {
          if (line.find(part) != std::string::npos) return done(text);
        }
        done(absl::UnavailableError(absl::StrCat(line, " failed")));
      });
    };
  }
  sim::VirtualTime& time;
  std::map<std::string, std::string> prints;  // by a part of the command line
  int runs = 0;
};

struct Told final : Listener {
  void OnPath(const PathFacts&) override {}
  void OnNetwork(const NetworkFacts& facts) override { networks.push_back(facts); }
  void OnPower(PowerEvent) override {}
  void OnConsoleUser(const ConsoleUser&) override {}
  void OnSystem(const SystemFacts& facts) override { systems.push_back(facts); }
  void OnSelfCheck(const SelfCheck& check) override { checks.push_back(check); }
  std::vector<NetworkFacts> networks;
  std::vector<SelfCheck> checks;
  std::vector<SystemFacts> systems;
};

}  // namespace holdfast::signals
