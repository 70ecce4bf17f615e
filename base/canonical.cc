#include "base/canonical.h"

#include "absl/strings/str_cat.h"

namespace holdfast {

CanonicalWriter& CanonicalWriter::U8(uint8_t v) {
  out_.push_back(static_cast<char>(v));
  return *this;
}
CanonicalWriter& CanonicalWriter::U16(uint16_t v) {
  return Integer(v, 2);
}
CanonicalWriter& CanonicalWriter::U32(uint32_t v) {
  return Integer(v, 4);
}
CanonicalWriter& CanonicalWriter::U64(uint64_t v) {
  return Integer(v, 8);
}
CanonicalWriter& CanonicalWriter::Integer(uint64_t v, size_t size) {
  char bytes[8];
  for (size_t i = size; i-- > 0; v >>= 8) bytes[i] = static_cast<char>(v);
  out_.append(bytes, size);
  return *this;
}
CanonicalWriter& CanonicalWriter::Raw(absl::string_view bytes) {
  out_.append(bytes.data(), bytes.size());
  return *this;
}
CanonicalWriter& CanonicalWriter::Bytes(absl::string_view bytes) {
  return U32(static_cast<uint32_t>(bytes.size())).Raw(bytes);
}

absl::string_view CanonicalReader::Raw(size_t size) {
  if (short_ || size > rest_.size()) {
    short_ = true;
    return {};
  }
  absl::string_view part = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return part;
}

uint64_t CanonicalReader::Integer(size_t size) {
  uint64_t value = 0;
  for (char c : Raw(size)) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}
uint8_t CanonicalReader::U8() {
  return static_cast<uint8_t>(Integer(1));
}
uint16_t CanonicalReader::U16() {
  return static_cast<uint16_t>(Integer(2));
}
uint32_t CanonicalReader::U32() {
  return static_cast<uint32_t>(Integer(4));
}
uint64_t CanonicalReader::U64() {
  return Integer(8);
}

absl::Status CanonicalReader::Done() const {
  if (short_) return absl::DataLossError("canonical bytes end before the last field");
  if (!rest_.empty()) return absl::DataLossError(absl::StrCat(rest_.size(), " bytes after the last field"));
  return absl::OkStatus();
}

}  // namespace holdfast
