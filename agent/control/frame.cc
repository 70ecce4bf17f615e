#include "agent/control/frame.h"

#include "absl/strings/str_cat.h"
#include "base/canonical.h"

namespace holdfast::control {

std::string EncodeFrame(absl::string_view message) {
  return CanonicalWriter().Bytes(message).Take();
}

absl::StatusOr<std::optional<std::string>> FrameReader::Next() {
  if (buffer_.size() < kFrameHeader) return std::nullopt;
  const size_t size = CanonicalReader(buffer_).U32();
  if (size > max_message_) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a message of ", size, " bytes on the control socket: at most ", max_message_, " are allowed"));
  }
  if (buffer_.size() < kFrameHeader + size) return std::nullopt;
  std::string message = buffer_.substr(kFrameHeader, size);
  buffer_.erase(0, kFrameHeader + size);
  return message;
}

}  // namespace holdfast::control
