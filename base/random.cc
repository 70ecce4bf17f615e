#include "base/random.h"

#include <sys/random.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace holdfast {

uint64_t RandomSource::Next64() {
  uint64_t value;
  Fill(&value, sizeof value);
  return value;
}

void SystemRandom::Fill(void* out, size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    const size_t part = size < 256 ? size : 256;  // getentropy's limit
    if (getentropy(bytes, part) != 0) std::abort();
    bytes += part;
    size -= part;
  }
}

uint64_t SplitMix64::Next() {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

void SeededRandom::Fill(void* out, size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    const uint64_t word = generator_.Next();
    const size_t part = size < sizeof word ? size : sizeof word;
    std::memcpy(bytes, &word, part);
    bytes += part;
    size -= part;
  }
}

}  // namespace holdfast
