// Messages on the local socket: a length (u32, big-endian) and that many bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::control {

inline constexpr size_t kFrameHeader = 4;
inline constexpr size_t kMaxRequest = size_t{64} << 10;
inline constexpr size_t kMaxResponse = size_t{1} << 20;

std::string EncodeFrame(absl::string_view message);

// Cuts a stream into messages. Holds at most one whole message and what came with its last bytes.
class FrameReader {
 public:
  explicit FrameReader(size_t max_message) : max_message_(max_message) {}
  void Append(absl::string_view bytes) { buffer_.append(bytes.data(), bytes.size()); }
  // The next whole message; nothing when more bytes are needed. RESOURCE_EXHAUSTED when the peer announces
  // more than max_message: the stream is of no further use.
  absl::StatusOr<std::optional<std::string>> Next();
  size_t buffered() const { return buffer_.size(); }

 private:
  size_t max_message_;
  std::string buffer_;
};

}  // namespace holdfast::control
