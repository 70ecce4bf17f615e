// Moments of earlier boots on this boot's clock. Pure.
#pragma once

#include <vector>

#include "base/time.h"

namespace holdfast::engine {

// The boots of a device as its rows tell of them, the last one running. Within a boot the monotonic clock
// decides, however often the wall clock was set; only the time a Mac was off is between two wall clocks.
class Boots {
 public:
  // In the order in which the rows were written.
  void Note(const Stamp& at);

  // The moment of `then` on the clock of the boot noted last, never after what was noted of it. A boot of
  // which nothing was noted is placed by the wall clocks.
  MonoTime OnThisBoot(const Stamp& then) const;

 private:
  struct Boot {
    Stamp first, last;
  };
  std::vector<Boot> boots_;
};

}  // namespace holdfast::engine
