// Reference counts that are as strict as a Mac's are deadly: what would be undefined there ends the test
// here.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace holdfast::sim {

[[noreturn]] inline void Violation(const char* what) {
  std::fprintf(stderr, "the session library was misused: %s\n", what);
  std::abort();
}

// Counts the living objects of one kind.
struct Census {
  std::atomic<int> alive{0};
};

class Counted {
 public:
  explicit Counted(Census& census) : census_(census) { ++census_.alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  void Retain() {
    if (references_.fetch_add(1, std::memory_order_relaxed) <= 0) Violation("something dead is retained");
  }
  // False when it is dying already.
  bool TryRetain() {
    int count = references_.load(std::memory_order_relaxed);
    while (count > 0) {
      if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  // True when that was the last: the caller destroys the object.
  bool Release() {
    const int before = references_.fetch_sub(1, std::memory_order_acq_rel);
    if (before <= 0) Violation("released once too often");
    return before == 1;
  }

 protected:
  ~Counted() { --census_.alive; }

 private:
  Census& census_;
  std::atomic<int> references_{1};
};

}  // namespace holdfast::sim
