// What carries a Mac's traffic, from the system's own tools: by which interface the internet is reached, and
// which resolvers are asked. They are run when the interfaces change, which a tunnel's coming and going does.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "agent/signals/mac/tool_round.h"
#include "agent/signals/signals.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::signals {

// The tools and their answers' names: "route4", "route6" and "dns".
const std::vector<Tool>& NetworkTools();

// A round of tools as facts. Private Relay, SSID and the gateway's hardware address cannot be told this way.
NetworkFacts ReadNetwork(const ToolAnswers& answers, std::vector<InterfaceFacts> interfaces);

struct NetworkSourceOptions {
  absl::Duration look_every = absl::Seconds(3);  // at the interfaces, which costs a system call
  absl::Duration ask_every = absl::Minutes(2);   // the tools, although nothing seems to have changed
  absl::Duration limit = absl::Seconds(10);
};

// All on the executor.
class NetworkSource {
 public:
  // `interfaces`: now, in a stable order. All must outlive it.
  NetworkSource(Executor& executor, const Clock& clock, RunTool run,
                std::function<std::vector<InterfaceFacts>()> interfaces, NetworkSourceOptions options = {});
  NetworkSource(const NetworkSource&) = delete;
  NetworkSource& operator=(const NetworkSource&) = delete;

  // Tells `listener` once the first round is done, then each change.
  void Begin(Listener* listener);

 private:
  void Look();
  void Ask();

  Executor& executor_;
  const Clock& clock_;
  const RunTool run_;
  const std::function<std::vector<InterfaceFacts>()> interfaces_;
  const NetworkSourceOptions options_;
  Listener* listener_ = nullptr;
  std::optional<std::vector<InterfaceFacts>> seen_;
  std::optional<NetworkFacts> told_;
  MonoTime asked_;
  bool asking_ = false;
  bool ask_again_ = false;  // the interfaces changed while the tools ran
  Timer look_;
  Lifetime lifetime_;
};

}  // namespace holdfast::signals
