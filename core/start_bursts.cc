#include "core/start_bursts.h"

namespace holdfast {

std::optional<StartBurst> StartBursts::Note(MonoTime now, const Uuid& service, const std::string& who) {
  Seen& seen = seen_[{service, who}];
  seen.starts.push_back(now);
  while (now - seen.starts.front() > kWindow) seen.starts.pop_front();
  if (static_cast<int>(seen.starts.size()) <= kMost) return std::nullopt;
  if (seen.told && now - *seen.told < kAgain) return std::nullopt;
  seen.told = now;
  return StartBurst{service, who, static_cast<int>(seen.starts.size()), now - seen.starts.front()};
}

}  // namespace holdfast
