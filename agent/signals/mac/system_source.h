// The system around a Mac's sessions, from the system's own tools: extensions and whether they run, whose
// each configuration is, Xsan volumes. What only Network Extension's preferences tell is handed in.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "agent/signals/mac/tool_round.h"
#include "agent/signals/signals.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::signals {

// The tools and their answers' names: "extensions", "profiles", "processes" and "mounts".
const std::vector<Tool>& SystemTools();
// "extensions_db": what is asked where "extensions" failed.
const Tool& ExtensionsDatabase();

// From the preferences.
struct ConfiguredParts {
  std::vector<ConfigurationFacts> configurations;
  std::vector<DnsProxyFacts> dns_proxies;
  std::vector<PostureFacts> postures;
  friend bool operator==(const ConfiguredParts&, const ConfiguredParts&) = default;
};

// A round of tools, and what was configured then, as facts. A tool that failed leaves its part empty and,
// where absence would otherwise be taken for a fact, is named in `unread`.
struct SystemLook {
  SystemFacts system;
  std::vector<ExtensionFacts> extensions;
};
// `macos` is the system's major version, 0 when it is not known.
SystemLook ReadSystem(const ToolAnswers& answers, const ConfiguredParts& configured, int macos);

struct SystemSourceOptions {
  int macos = 0;  // the major version; 0: not known
  absl::Duration look_every = absl::Minutes(1);
  absl::Duration limit = absl::Seconds(20);
};

// All on the executor.
class SystemSource {
 public:
  // `extensions` is told the extensions that are installed, first, and when they change. All must outlive it.
  SystemSource(Executor& executor, const Clock& clock, RunTool run,
               std::function<void(const std::vector<ExtensionFacts>&)> extensions,
               SystemSourceOptions options = {});
  SystemSource(const SystemSource&) = delete;
  SystemSource& operator=(const SystemSource&) = delete;

  // Tells `listener` once the first round is done, then each change.
  void Begin(Listener* listener);
  // Of the last round; null before the first has ended.
  const ToolAnswers* answers() const { return answers_ ? &*answers_ : nullptr; }
  // What the preferences say now.
  void SetConfigured(ConfiguredParts configured);

 private:
  void Look();
  void Looked(ToolAnswers answers);
  void Tell();

  Executor& executor_;
  const Clock& clock_;
  const RunTool run_;
  const std::function<void(const std::vector<ExtensionFacts>&)> extensions_;
  const SystemSourceOptions options_;
  Listener* listener_ = nullptr;
  ConfiguredParts configured_;
  std::optional<ToolAnswers> answers_;
  std::optional<SystemFacts> told_;
  std::optional<std::vector<ExtensionFacts>> told_extensions_;
  Timer look_;
  Lifetime lifetime_;
};

}  // namespace holdfast::signals
