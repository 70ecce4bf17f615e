// [APPLICATION 16] { INTEGER version, dictionary }. A dictionary is [16] (before macOS 12.1: a SET) of
// SEQUENCE { UTF8String key, value }; an array is a SEQUENCE of values. Read off what codesign and rcodesign
// write.
#include "profiles/macho/der_entitlements.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/plist/limits.h"
#include "profiles/plist/utf8.h"

namespace holdfast::profiles {
namespace {

enum Tag : uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kOctets = 0x04,
  kUtf8 = 0x0C,
  kSequence = 0x30,
  kSet = 0x31,
  kDocument = 0x70,
  kDictionary = 0xB0,
};

struct Item {
  uint8_t tag = 0;
  absl::string_view content;
};

bool IsDictionary(uint8_t tag) {
  return tag == kDictionary || tag == kSet;
}

class Reader {
 public:
  explicit Reader(absl::string_view name) : name_(name) {}

  absl::StatusOr<plist::Value> Read(absl::string_view der) {
    HOLDFAST_ASSIGN_OR_RETURN(Item top, Only(der));
    if (top.tag == kDocument) {
      HOLDFAST_ASSIGN_OR_RETURN(const Item version, Next(top.content));
      if (version.tag != kInteger) return Bad("its version is missing");
      HOLDFAST_ASSIGN_OR_RETURN(top, Only(top.content));
    }
    if (!IsDictionary(top.tag)) return Bad("they are no dictionary");
    return Value(top, 1);
  }

 private:
  absl::Status Bad(absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat("reading the DER entitlements of ", name_, ": ", why));
  }

  // Takes one item off the front.
  absl::StatusOr<Item> Next(absl::string_view& from) const {
    if (from.size() < 2) return Bad("they are cut off");
    const auto tag = static_cast<uint8_t>(from[0]);
    const auto first = static_cast<uint8_t>(from[1]);
    size_t length = first, head = 2;
    if (first >= 0x80) {
      const size_t bytes = first & 0x7FU;
      if (bytes == 0 || bytes > 4 || from.size() < 2 + bytes) return Bad("a length is not as DER writes it");
      length = 0;
      for (size_t i = 0; i < bytes; ++i) length = length << 8 | static_cast<uint8_t>(from[2 + i]);
      head += bytes;
    }
    if (from.size() - head < length) return Bad("they are cut off");
    const Item item{tag, from.substr(head, length)};
    from.remove_prefix(head + length);
    return item;
  }

  // The one item that there is.
  absl::StatusOr<Item> Only(absl::string_view from) const {
    HOLDFAST_ASSIGN_OR_RETURN(const Item item, Next(from));
    if (!from.empty()) return Bad("bytes follow their end");
    return item;
  }

  absl::StatusOr<plist::Value> Value(const Item& item, size_t depth) {
    if (depth > plist::kMaxDepth || ++items_ > plist::kMaxNodes)
      return Bad("they are nested or long beyond sense");
    if (IsDictionary(item.tag)) return Dictionary(item.content, depth);
    switch (item.tag) {
      case kBoolean:
        if (item.content.size() != 1) return Bad("a boolean is not one byte");
        return plist::Value(item.content[0] != 0);
      case kInteger:
        return Integer(item.content);
      case kUtf8:
        return Text(item.content);
      case kOctets:
        return plist::Value(plist::Data{std::string(item.content)});
      case kSequence:
        return Array(item.content, depth);
      default:
        return Bad(absl::StrCat("a value has the unknown type ", item.tag));
    }
  }

  absl::StatusOr<plist::Value> Integer(absl::string_view content) const {
    if (content.empty() || content.size() > 8) return Bad("a number does not fit");
    int64_t out = static_cast<int8_t>(content[0]) < 0 ? -1 : 0;
    for (const char c : content)
      out = static_cast<int64_t>(static_cast<uint64_t>(out) << 8) | static_cast<uint8_t>(c);
    return plist::Value(out);
  }

  absl::StatusOr<plist::Value> Text(absl::string_view content) const {
    if (plist::FirstInvalidUtf8(content) != absl::string_view::npos) return Bad("a text is not UTF-8");
    return plist::Value(std::string(content));
  }

  absl::StatusOr<plist::Value> Array(absl::string_view content, size_t depth) {
    plist::Array out;
    while (!content.empty()) {
      HOLDFAST_ASSIGN_OR_RETURN(const Item item, Next(content));
      HOLDFAST_ASSIGN_OR_RETURN(plist::Value value, Value(item, depth + 1));
      out.push_back(std::move(value));
    }
    return plist::Value(std::move(out));
  }

  absl::StatusOr<plist::Value> Dictionary(absl::string_view content, size_t depth) {
    plist::Dict out;
    while (!content.empty()) {
      HOLDFAST_ASSIGN_OR_RETURN(const Item entry, Next(content));
      absl::string_view rest = entry.content;
      HOLDFAST_ASSIGN_OR_RETURN(const Item key, Next(rest));
      HOLDFAST_ASSIGN_OR_RETURN(const Item item, Only(rest));
      if (entry.tag != kSequence || key.tag != kUtf8) return Bad("an entry is no key with a value");
      HOLDFAST_ASSIGN_OR_RETURN(const plist::Value name, Text(key.content));
      if (out.Find(key.content) != nullptr)
        return Bad(absl::StrCat("the key '", key.content, "' is there twice"));
      HOLDFAST_ASSIGN_OR_RETURN(plist::Value value, Value(item, depth + 1));
      out.Set(*name.As<std::string>(), std::move(value));
    }
    return plist::Value(std::move(out));
  }

  const std::string name_;
  size_t items_ = 0;
};

}  // namespace

absl::StatusOr<plist::Value> ReadDerEntitlements(absl::string_view der, absl::string_view name) {
  return Reader(name).Read(der);
}

}  // namespace holdfast::profiles
