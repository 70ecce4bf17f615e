// Journal payloads: Event <-> the protobuf messages of event.proto. The only place that knows both.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/event/event.h"

namespace holdfast::wire {

inline constexpr uint16_t kPayloadVersion = 1;

std::string EncodeEvent(const Event& event);

// UNIMPLEMENTED for a kind or payload version this build does not know (a newer agent's row: keep it, show it
// as unknown); DATA_LOSS for bytes that are not the kind's message.
absl::StatusOr<Event> DecodeEvent(uint16_t kind, uint16_t payload_version, absl::string_view payload);

}  // namespace holdfast::wire
