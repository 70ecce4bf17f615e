// The bytes of strongSwan's VICI protocol (version 1, as charon 5.9 speaks it): pure functions, bounded,
// fuzzed.
//   packet   type u8, [name length u8, name], message
//   stream   packet length u32 big-endian, packet
// A message is sections, key/value pairs and lists of values; names have up to 255 bytes, values up to 65535.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::vici {

inline constexpr size_t kMaxPacket = size_t{512} << 10;  // charon's own limit
inline constexpr int kMaxDepth = 16;

struct NamedSection;

// A message, or a section inside one. Names may repeat; order within each of the three is kept.
struct Section {
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::pair<std::string, std::vector<std::string>>> lists;
  std::vector<NamedSection> sections;

  absl::string_view Value(absl::string_view name) const;  // empty when missing
  const std::vector<std::string>& List(absl::string_view name) const;
  const Section* Find(absl::string_view name) const;
  friend bool operator==(const Section& a, const Section& b);
};

struct NamedSection {
  std::string name;
  Section section;
  friend bool operator==(const NamedSection&, const NamedSection&) = default;
};

enum class PacketType : uint8_t {
  kCommandRequest = 0,
  kCommandResponse = 1,
  kCommandUnknown = 2,
  kEventRegister = 3,
  kEventUnregister = 4,
  kEventConfirm = 5,
  kEventUnknown = 6,
  kEvent = 7,
};

struct Packet {
  PacketType type = PacketType::kCommandRequest;
  std::string name;  // of requests, registrations and events
  Section message;
  friend bool operator==(const Packet&, const Packet&) = default;
};

// As sent on the stream. INVALID_ARGUMENT for a name, value or packet that is too long.
absl::StatusOr<std::string> Encode(const Packet& packet);
// `bytes` is one packet without its length. DATA_LOSS says what is wrong.
absl::StatusOr<Packet> Decode(absl::string_view bytes);

// Cuts a stream into packets.
class PacketReader {
 public:
  void Append(absl::string_view bytes) { buffer_.append(bytes.data(), bytes.size()); }
  // Nothing when more bytes are needed; DATA_LOSS when the stream is of no further use.
  absl::StatusOr<std::optional<Packet>> Next();

 private:
  std::string buffer_;
};

}  // namespace holdfast::vici
