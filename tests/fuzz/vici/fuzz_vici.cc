// Whatever charon's socket delivers: packets decode or are refused, decoded ones survive a round trip, and
// what is read out of them never trips over what is missing.
#include <cstdint>
#include <cstdlib>

#include "agent/session/vici/causes.h"
#include "agent/session/vici/codec.h"
#include "agent/session/vici/inventory.h"

namespace holdfast::vici {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Understand(const Packet& packet) {
  ServicesOf({packet.message});
  AssociationsOf(packet.message);
  IkeIdsOf(packet.message);
  CauseOf(LinesOf({packet.message}));
  LogTail tail;
  tail.Add({1}, packet.message);
}

void One(absl::string_view bytes) {
  const auto packet = Decode(bytes);
  if (!packet.ok()) return;
  Understand(*packet);
  const auto encoded = Encode(*packet);
  Check(encoded.ok());
  const auto again = Decode(absl::string_view(*encoded).substr(4));
  Check(again.ok() && *again == *packet);
}

void Stream(absl::string_view bytes) {
  PacketReader reader;
  for (size_t at = 0; at < bytes.size(); at += 7) {
    reader.Append(bytes.substr(at, 7));
    while (true) {
      const auto next = reader.Next();
      if (!next.ok()) return;
      if (!next->has_value()) break;
    }
  }
}

}  // namespace
}  // namespace holdfast::vici

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  holdfast::vici::One(bytes);
  holdfast::vici::Stream(bytes);
  return 0;
}
