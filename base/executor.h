// One serial executor per process holds all its state: whatever runs on it needs no lock. Other threads only
// post.
#pragma once

#include <cstdint>
#include <functional>

#include "base/time.h"

namespace holdfast {

using TimerId = uint64_t;  // 0 is never a timer

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs work later, in order of posting. Any thread.
  virtual void Post(std::function<void()> work) = 0;
  // Runs work once `due` has passed (time asleep counts). Any thread.
  virtual TimerId PostAt(MonoTime due, std::function<void()> work) = 0;
  // After it returns on the executor's own thread, the work will not run. An unknown or past id is ignored.
  // Any thread.
  virtual void Cancel(TimerId id) = 0;
};

}  // namespace holdfast
