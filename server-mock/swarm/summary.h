// What a swarm says of itself: a line while it runs, and a summary at the end.
#pragma once

#include <optional>
#include <string>

#include "server-mock/swarm/comparison.h"
#include "server-mock/swarm/swarm.h"

namespace holdfast::swarm {

// "420/1000 enrolled, 418 online, rows 12040 written 12001 acknowledged, sync p99 12 ms"
std::string ProgressLine(const Swarm& swarm);
std::string SummaryText(const Swarm& swarm, const std::optional<Comparison>& comparison);
std::string SummaryJson(const Swarm& swarm, const std::optional<Comparison>& comparison);

}  // namespace holdfast::swarm
