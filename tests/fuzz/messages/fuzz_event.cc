// Any bytes as a row's payload, of any kind and version: refused, or an event that can be written again.
#include "core/event/event.h"
#include "proto/wire/event_codec.h"
#include "tests/fuzz/messages/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;  // NOLINT: a program of its own
  if (size == 0) return 0;
  const absl::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto event = wire::DecodeEvent(data[0], wire::kPayloadVersion, payload);
  if (!event.ok()) return 0;
  const uint16_t kind = static_cast<uint16_t>(KindOf(*event));
  fuzz::Require(kind == data[0]);
  const std::string written = wire::EncodeEvent(*event);
  const auto again = wire::DecodeEvent(kind, wire::kPayloadVersion, written);
  fuzz::Require(again.ok() && wire::EncodeEvent(*again) == written);
  fuzz::Require(!wire::DecodeEvent(data[0], wire::kPayloadVersion + 1, payload).ok());
  return 0;
}
