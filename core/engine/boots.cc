#include "core/engine/boots.h"

#include <algorithm>

namespace holdfast::engine {
namespace {

// A wall clock that was set back while the Mac was off says nothing: no time is the careful guess.
absl::Duration Off(const Stamp& end, const Stamp& begin) {
  return std::max(absl::ZeroDuration(), begin.wall - end.wall);
}

}  // namespace

void Boots::Note(const Stamp& at) {
  if (boots_.empty() || boots_.back().first.boot != at.boot) {
    boots_.push_back({at, at});
  } else if (at.mono > boots_.back().last.mono) {
    boots_.back().last = at;
  }
}

MonoTime Boots::OnThisBoot(const Stamp& then) const {
  if (boots_.empty()) return then.mono;
  const Stamp& now = boots_.back().last;
  absl::Duration ago;
  for (auto boot = boots_.rbegin(); boot != boots_.rend(); ++boot) {
    if (boot->first.boot == then.boot) {
      return now.mono - (ago + std::max(absl::ZeroDuration(), boot->last.mono - then.mono));
    }
    ago += boot->last.mono - boot->first.mono;
    if (const auto before = std::next(boot); before != boots_.rend()) ago += Off(before->last, boot->first);
  }
  return now.mono - Off(then, now);
}

}  // namespace holdfast::engine
