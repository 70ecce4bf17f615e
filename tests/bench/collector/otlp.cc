#include "tests/bench/collector/otlp.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace holdfast::bench {
namespace {

// Protobuf's wire types.
constexpr uint32_t kVarint = 0, kFixed64 = 1, kBytes = 2;

void Varint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
void Number(uint32_t field, uint64_t value, std::string& out) {
  Varint(field << 3 | kVarint, out);
  Varint(value, out);
}
void Fixed(uint32_t field, uint64_t value, std::string& out) {
  Varint(field << 3 | kFixed64, out);
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}
void Bytes(uint32_t field, absl::string_view value, std::string& out) {
  Varint(field << 3 | kBytes, out);
  Varint(value.size(), out);
  out.append(value.data(), value.size());
}

// AnyValue's fields.
constexpr uint32_t kString = 1, kInteger = 3, kOpaque = 7;

std::string Value(uint32_t kind, absl::string_view value) {
  std::string any;
  Bytes(kind, value, any);
  return any;
}
std::string Value(uint64_t value) {
  std::string any;
  Number(kInteger, value, any);
  return any;
}

void Attribute(uint32_t field, absl::string_view key, const std::string& value, std::string& out) {
  std::string pair;
  Bytes(1, key, pair);
  Bytes(2, value, pair);
  Bytes(field, pair, out);
}

absl::string_view View(const auto& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string LogRecord(const journal::Row& row) {
  constexpr uint32_t kTime = 1, kBody = 5, kAttributes = 6;
  std::string record;
  Fixed(kTime, static_cast<uint64_t>(row.at.wall.ns), record);
  Bytes(kBody, Value(kOpaque, row.payload), record);
  Attribute(kAttributes, "seq", Value(row.seq), record);
  Attribute(kAttributes, "mono_ns", Value(static_cast<uint64_t>(row.at.mono.ns)), record);
  Attribute(kAttributes, "kind", Value(row.kind), record);
  Attribute(kAttributes, "payload_version", Value(row.payload_version), record);
  Attribute(kAttributes, "subject", Value(kString, row.subject), record);
  Attribute(kAttributes, "hash", Value(kOpaque, View(row.hash)), record);
  return record;
}

}  // namespace

std::string OtlpRequest(const wire::SyncRequest& message) {
  constexpr uint32_t kResourceLogs = 1, kResource = 1, kScopeLogs = 2, kLogRecords = 2, kAttributes = 1;
  std::string resource;
  Attribute(kAttributes, "device.id", Value(kString, message.device_id.ToString()), resource);
  Attribute(kAttributes, "epoch", Value(message.head.epoch), resource);
  Attribute(kAttributes, "boot.id", Value(kOpaque, View(message.sent.boot.bytes)), resource);
  std::string scope;
  for (const journal::Row& row : message.frame->rows) Bytes(kLogRecords, LogRecord(row), scope);
  std::string logs;
  Bytes(kResource, resource, logs);
  Bytes(kScopeLogs, scope, logs);
  std::string request;
  Bytes(kResourceLogs, logs, request);
  return request;
}

}  // namespace holdfast::bench
