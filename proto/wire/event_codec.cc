#include "proto/wire/event_codec.h"

#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "proto/wire/event_messages.h"

namespace holdfast::wire {
namespace {

template <class Value>
absl::StatusOr<Event> Decode(uint16_t kind, absl::string_view payload) {
  typename MessageOf<Value>::Type message;
  Value value;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      !FromProto(message, &value)) {
    return absl::DataLossError(absl::StrCat("payload of a ",
                                            std::string(RowKindName(static_cast<RowKind>(kind))),
                                            " row is not its message (", payload.size(), " bytes)"));
  }
  return Event(std::move(value));
}

using Decoder = absl::StatusOr<Event> (*)(uint16_t kind, absl::string_view payload);

template <size_t... kIndex>
std::map<uint16_t, Decoder> MakeDecoders(std::index_sequence<kIndex...>) {
  return {{static_cast<uint16_t>(KindOf(Event(std::in_place_index<kIndex>))),
           Decode<std::variant_alternative_t<kIndex, Event>>}...};
}

}  // namespace

std::string EncodeEvent(const Event& event) {
  return std::visit(
      [](const auto& value) {
        typename MessageOf<std::decay_t<decltype(value)>>::Type message;
        ToProto(value, &message);
        return message.SerializeAsString();
      },
      event);
}

absl::StatusOr<Event> DecodeEvent(uint16_t kind, uint16_t payload_version, absl::string_view payload) {
  if (payload_version != kPayloadVersion) {
    return absl::UnimplementedError(absl::StrCat("payload version ", payload_version, " of row kind ", kind,
                                                 " is newer than this program"));
  }
  static const auto& decoders =
      *new std::map<uint16_t, Decoder>(MakeDecoders(std::make_index_sequence<std::variant_size_v<Event>>()));
  const auto decoder = decoders.find(kind);
  if (decoder == decoders.end()) {
    return absl::UnimplementedError(absl::StrCat("row kind ", kind, " is newer than this program"));
  }
  return decoder->second(kind, payload);
}

}  // namespace holdfast::wire
