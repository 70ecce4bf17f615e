// One line per message on standard error: "2026-11-21T07:39:00.123Z holdfastd[812]: text". Never secrets.
#pragma once

#include <string>

#include "base/time.h"

namespace holdfast::agent {

class Log {
 public:
  // The clock must outlive it.
  explicit Log(const Clock& clock) : clock_(clock) {}
  // Control characters are shown as '?', so that a message stays one line. Any thread.
  void operator()(const std::string& text) const;

 private:
  const Clock& clock_;
};

}  // namespace holdfast::agent
