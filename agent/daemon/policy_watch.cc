#include "agent/daemon/policy_watch.h"

#include <utility>

namespace holdfast::agent {

PolicyWatch::PolicyWatch(Executor& executor, const Clock& clock, PolicyFile first, Read read,
                         std::function<void(const PolicyFile&)> changed, absl::Duration look_every)
    : clock_(clock),
      read_(std::move(read)),
      changed_(std::move(changed)),
      look_every_(look_every),
      last_(std::move(first)),
      look_(executor) {
  LookLater();
}

void PolicyWatch::LookLater() {
  look_.Set(clock_.Now().mono + look_every_, [this] {
    LookLater();
    PolicyFile now = read_();
    if (now.bytes == last_.bytes && now.source == last_.source) return;
    last_ = std::move(now);
    changed_(last_);
  });
}

}  // namespace holdfast::agent
