#include "core/start_bursts.h"

#include <algorithm>

namespace holdfast {

void StartBursts::Forget(MonoTime now) {
  if (seen_.size() < forget_at_) return;
  std::erase_if(seen_, [&](const auto& entry) { return now - entry.second.starts.back() > kAgain; });
  forget_at_ = std::max(kFew, 2 * seen_.size());  // so that looking through all stays rare
}

std::optional<StartBurst> StartBursts::Note(MonoTime now, const Uuid& service, const std::string& who) {
  Forget(now);
  Seen& seen = seen_[{service, who}];
  seen.starts.push_back(now);
  while (now - seen.starts.front() > kWindow || seen.starts.size() > kMostCounted) seen.starts.pop_front();
  if (static_cast<int>(seen.starts.size()) <= kMost) return std::nullopt;
  if (seen.told && now - *seen.told < kAgain) return std::nullopt;
  seen.told = now;
  return StartBurst{service, who, static_cast<int>(seen.starts.size()), now - seen.starts.front()};
}

}  // namespace holdfast
