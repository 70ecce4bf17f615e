#include "agent/session/vici/codec.h"

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"

namespace holdfast::vici {
namespace {

enum Element : uint8_t {
  kSectionStart = 1,
  kSectionEnd = 2,
  kKeyValue = 3,
  kListStart = 4,
  kListItem = 5,
  kListEnd = 6,
};

bool HasName(PacketType type) {
  return type == PacketType::kCommandRequest || type == PacketType::kEventRegister ||
         type == PacketType::kEventUnregister || type == PacketType::kEvent;
}

bool HasMessage(PacketType type) {
  return type == PacketType::kCommandRequest || type == PacketType::kCommandResponse ||
         type == PacketType::kEvent;
}

absl::Status TooLong(absl::string_view what, size_t size) {
  return absl::InvalidArgumentError(absl::StrCat("VICI: a ", what, " of ", size, " bytes cannot be sent"));
}

class Writer {
 public:
  explicit Writer(CanonicalWriter& out) : out_(out) {}

  void Name(absl::string_view name) {
    if (name.size() > 0xFF) Fail(TooLong("name", name.size()));
    out_.U8(static_cast<uint8_t>(name.size())).Raw(name);
  }

  void Message(const Section& section) {
    for (const auto& [name, value] : section.values) {
      out_.U8(kKeyValue);
      Name(name);
      Value(value);
    }
    for (const auto& [name, items] : section.lists) {
      out_.U8(kListStart);
      Name(name);
      for (const std::string& item : items) {
        out_.U8(kListItem);
        Value(item);
      }
      out_.U8(kListEnd);
    }
    for (const auto& [name, child] : section.sections) {
      out_.U8(kSectionStart);
      Name(name);
      Message(child);
      out_.U8(kSectionEnd);
    }
  }

  const absl::Status& status() const { return status_; }

 private:
  void Value(absl::string_view value) {
    if (value.size() > 0xFFFF) Fail(TooLong("value", value.size()));
    out_.U16(static_cast<uint16_t>(value.size())).Raw(value);
  }
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  CanonicalWriter& out_;
  absl::Status status_;
};

// After a short read everything is zero or empty; the element being read is then refused.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : size_(bytes.size()), rest_(bytes) {}

  absl::StatusOr<Section> Message(int depth = 0) {
    Section out;
    while (depth > 0 || !rest_.empty()) {
      if (rest_.empty()) return Broken("a section does not end");
      const uint8_t element = Byte();
      if (element == kSectionEnd && depth > 0) return out;
      HOLDFAST_RETURN_IF_ERROR(Add(element, depth, out));
    }
    return out;
  }

 private:
  absl::Status Add(uint8_t element, int depth, Section& out) {
    if (element != kKeyValue && element != kListStart && element != kSectionStart) {
      return Broken(absl::StrCat("element ", element, " where none may be"));
    }
    std::string name = Take(Byte());
    if (element == kKeyValue) {
      out.values.emplace_back(std::move(name), Value());
    } else if (element == kListStart) {
      HOLDFAST_ASSIGN_OR_RETURN(std::vector<std::string> items, Items());
      out.lists.emplace_back(std::move(name), std::move(items));
    } else {
      if (depth + 1 > kMaxDepth) return Broken("sections are nested too deep");
      HOLDFAST_ASSIGN_OR_RETURN(Section child, Message(depth + 1));
      out.sections.push_back({std::move(name), std::move(child)});
    }
    return short_ ? Broken("it is cut off") : absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Items() {
    std::vector<std::string> items;
    while (true) {
      const uint8_t element = Byte();
      if (element == kListEnd) return items;
      if (element != kListItem || short_) return Broken("a list does not end");
      items.push_back(Value());
    }
  }

  std::string Value() {
    const size_t high = Byte();
    return Take(high << 8 | Byte());
  }
  uint8_t Byte() {
    const std::string byte = Take(1);
    return byte.empty() ? uint8_t{0} : static_cast<uint8_t>(byte[0]);
  }
  std::string Take(size_t size) {
    short_ = short_ || size > rest_.size();
    if (short_) return "";
    std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return taken;
  }
  absl::Status Broken(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat("VICI message of ", size_, " bytes: ", what));
  }

  const size_t size_;
  absl::string_view rest_;
  bool short_ = false;
};

}  // namespace

bool operator==(const Section& a, const Section& b) {
  return a.values == b.values && a.lists == b.lists && a.sections == b.sections;
}

absl::string_view Section::Value(absl::string_view name) const {
  for (const auto& [key, value] : values) {
    if (key == name) return value;
  }
  return {};
}

const std::vector<std::string>& Section::List(absl::string_view name) const {
  static const std::vector<std::string> empty;
  for (const auto& [key, items] : lists) {
    if (key == name) return items;
  }
  return empty;
}

const Section* Section::Find(absl::string_view name) const {
  for (const NamedSection& child : sections) {
    if (child.name == name) return &child.section;
  }
  return nullptr;
}

absl::StatusOr<std::string> Encode(const Packet& packet) {
  CanonicalWriter body;
  Writer writer(body);
  body.U8(static_cast<uint8_t>(packet.type));
  if (HasName(packet.type)) writer.Name(packet.name);
  if (HasMessage(packet.type)) writer.Message(packet.message);
  HOLDFAST_RETURN_IF_ERROR(writer.status());
  if (body.str().size() > kMaxPacket) return TooLong("packet", body.str().size());
  return CanonicalWriter().Bytes(body.str()).Take();
}

absl::StatusOr<Packet> Decode(absl::string_view bytes) {
  if (bytes.empty() || static_cast<uint8_t>(bytes[0]) > static_cast<uint8_t>(PacketType::kEvent)) {
    return absl::DataLossError("VICI packet of no known type");
  }
  Packet packet;
  packet.type = static_cast<PacketType>(bytes[0]);
  bytes.remove_prefix(1);
  if (HasName(packet.type)) {
    const size_t size = bytes.empty() ? 0 : static_cast<uint8_t>(bytes[0]);
    if (bytes.size() < size + 1) return absl::DataLossError("VICI packet: its name is cut off");
    packet.name = std::string(bytes.substr(1, size));
    bytes.remove_prefix(size + 1);
  }
  if (!HasMessage(packet.type)) return packet;
  HOLDFAST_ASSIGN_OR_RETURN(packet.message, Reader(bytes).Message());
  return packet;
}

absl::StatusOr<std::optional<Packet>> PacketReader::Next() {
  if (buffer_.size() < 4) return std::nullopt;
  const size_t size = CanonicalReader(buffer_).U32();
  if (size == 0 || size > kMaxPacket) {
    return absl::DataLossError(absl::StrCat("VICI packet of ", size, " bytes: at most ", kMaxPacket));
  }
  if (buffer_.size() < 4 + size) return std::nullopt;
  absl::StatusOr<Packet> packet = Decode(absl::string_view(buffer_).substr(4, size));
  buffer_.erase(0, 4 + size);
  if (!packet.ok()) return packet.status();
  return *std::move(packet);
}

}  // namespace holdfast::vici
