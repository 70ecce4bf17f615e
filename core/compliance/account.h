// Totals of a window per class and cause, in whole nanoseconds: with not_required they sum to the window
// exactly. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/compliance/intervals.h"

namespace holdfast::compliance {

// Nanoseconds by TimeClass.
using ClassTotals = std::array<int64_t, kTimeClassCount>;

struct CauseTotal {
  TimeClass time_class = TimeClass::kUnknown;
  std::string cause;
  int64_t ns = 0;
  friend bool operator==(const CauseTotal&, const CauseTotal&) = default;
};

// Stretches of violation, whatever their causes, of a window.
struct Outages {
  int64_t count = 0;
  int64_t longest_ns = 0;
  int64_t first_ns = 0;  // of the one that the window begins with; 0: it begins with none
  int64_t last_ns = 0;   // of the one that the window ends with
  friend bool operator==(const Outages&, const Outages&) = default;
};

// Of two windows that adjoin, of a_ns and b_ns: one that reaches across the border is one.
Outages Join(const Outages& a, int64_t a_ns, const Outages& b, int64_t b_ns);

struct KeyAccount {
  std::string key;
  ClassTotals totals{};
  std::vector<CauseTotal> causes;  // by class, then cause; not_required has none
  int64_t uncertainty_ns = 0;      // the largest of a border inside the window
  Outages outages;
  friend bool operator==(const KeyAccount&, const KeyAccount&) = default;
};

// One account per key of the timeline, sorted by key.
std::vector<KeyAccount> AccountOf(Timeline timeline, const Window& window);

int64_t& Of(ClassTotals& totals, TimeClass c);
int64_t Of(const ClassTotals& totals, TimeClass c);
void Add(ClassTotals& to, const ClassTotals& more);

// protected / (protected + violation + unknown); nothing when that is zero.
std::optional<double> ProtectedShare(const ClassTotals& totals);

}  // namespace holdfast::compliance
