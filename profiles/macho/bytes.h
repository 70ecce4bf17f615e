// Numbers and pieces of a file that may lie: every access is checked, and one that is out of bounds reads as
// nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace holdfast::profiles {

class Bytes {
 public:
  explicit Bytes(absl::string_view bytes) : bytes_(bytes) {}

  size_t size() const { return bytes_.size(); }
  absl::string_view view() const { return bytes_; }
  // Of 32 bits, but for the last one.
  std::optional<uint64_t> Little(uint64_t at) const {
    const std::optional<uint64_t> big = Big(at);
    return big ? std::optional<uint64_t>(__builtin_bswap32(static_cast<uint32_t>(*big))) : std::nullopt;
  }
  std::optional<uint64_t> Big(uint64_t at) const {
    if (at > bytes_.size() || bytes_.size() - at < 4) return std::nullopt;
    uint64_t out = 0;
    for (size_t i = 0; i < 4; ++i) out = (out << 8) | static_cast<unsigned char>(bytes_[at + i]);
    return out;
  }
  std::optional<uint64_t> Big64(uint64_t at) const {
    const std::optional<uint64_t> high = Big(at), low = Big(at + 4);
    if (!high || !low) return std::nullopt;
    return (*high << 32) | *low;
  }
  std::optional<Bytes> Piece(uint64_t at, uint64_t length) const {
    if (at > bytes_.size() || bytes_.size() - at < length) return std::nullopt;
    return Bytes(bytes_.substr(at, length));
  }
  // Text that a zero byte ends within these bytes.
  std::optional<absl::string_view> Text(uint64_t at) const {
    if (at >= bytes_.size()) return std::nullopt;
    const size_t end = bytes_.find('\0', at);
    if (end == absl::string_view::npos) return std::nullopt;
    return bytes_.substr(at, end - at);
  }

 private:
  absl::string_view bytes_;
};

}  // namespace holdfast::profiles
