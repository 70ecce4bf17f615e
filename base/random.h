// Randomness comes in as a parameter. RandomSource is the machine's or a test's; SplitMix64 is a small
// generator that is a value, for code that must be reproducible and carries its generator inside its own
// state.
#pragma once

#include <cstddef>
#include <cstdint>

namespace holdfast {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(void* out, size_t size) = 0;
  uint64_t Next64();
};

// The kernel's generator; thread-safe; aborts if the kernel refuses (it cannot after boot).
class SystemRandom final : public RandomSource {
 public:
  void Fill(void* out, size_t size) override;
};

// Not for keys. Sebastiano Vigna's splitmix64; equal seeds give equal sequences on every platform.
struct SplitMix64 {
  uint64_t state = 0;
  uint64_t Next();
  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  // Uniform in [0, n); n > 0.
  uint64_t Below(uint64_t n) { return Next() % n; }
};

// A RandomSource from a seed, for tests and simulation.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : generator_{seed} {}
  void Fill(void* out, size_t size) override;

 private:
  SplitMix64 generator_;
};

}  // namespace holdfast
