// One round of tools, side by side; when all have ended, what each printed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/signals/mac/run_tool.h"

namespace holdfast::signals {

struct Tool {
  std::string name;  // of its answer
  std::vector<std::string> arguments;
};
using ToolAnswers = std::map<std::string, absl::StatusOr<std::string>>;

// What that tool printed; nullptr when it failed.
inline const std::string* Printed(const ToolAnswers& answers, const char* name) {
  const auto found = answers.find(name);
  return found != answers.end() && found->second.ok() ? &*found->second : nullptr;
}

inline void RunTools(const RunTool& run, const std::vector<Tool>& tools, absl::Duration limit,
                     std::function<void(const ToolAnswers&)> done) {
  struct Round {
    ToolAnswers answers;
    size_t open;
    std::function<void(const ToolAnswers&)> done;
  };
  const auto round = std::make_shared<Round>(Round{{}, tools.size(), std::move(done)});
  for (const Tool& tool : tools) {
    run(tool.arguments, limit, [round, name = tool.name](absl::StatusOr<std::string> answer) {
      round->answers.emplace(name, std::move(answer));
      if (--round->open == 0) round->done(round->answers);
    });
  }
}

}  // namespace holdfast::signals
