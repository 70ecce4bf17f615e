#include "profiles/lint/outline.h"

#include <algorithm>
#include <array>
#include <bit>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/plist/limits.h"

namespace holdfast::lint {
namespace {

using plist::Value;

constexpr uint8_t kLayout = 1;

// What CheckTogether's rules read, and the readers of facts that they ask. A key that is missing here is
// found by the test that compares the findings in outlines with those in the files.
constexpr std::array<absl::string_view, 23> kKeys = {"PayloadIdentifier",
                                                     "PayloadUUID",
                                                     "PayloadType",
                                                     "PayloadDisplayName",
                                                     "PayloadScope",
                                                     "UserDefinedName",
                                                     "VPNType",
                                                     "VPNSubType",
                                                     "FilterType",
                                                     "FilterGrade",
                                                     "OverridePrimary",
                                                     "IncludeAllNetworks",
                                                     "OnDemandEnabled",
                                                     "Order",
                                                     "RemoteAddress",
                                                     "CommRemoteAddress",
                                                     "ProviderBundleIdentifier",
                                                     "ProviderDesignatedRequirement",
                                                     "FilterDataProviderBundleIdentifier",
                                                     "FilterDataProviderDesignatedRequirement",
                                                     "FilterPacketProviderBundleIdentifier",
                                                     "FilterPacketProviderDesignatedRequirement",
                                                     "RuleType"};
// Dictionaries and arrays of them: what is below goes by the same lists.
constexpr std::array<absl::string_view, 10> kBelow = {
    "PayloadContent",   "IKEv2", "IPSec",       "PPP",    "VPN",
    "TransparentProxy", "IPv4",  "DNSSettings", "Relays", "Rules"};
// Of these all that is below them: teams, bundle identifiers, kinds of extensions.
constexpr std::array<absl::string_view, 4> kWhole = {"AllowedSystemExtensions", "AllowedSystemExtensionTypes",
                                                     "AllowedTeamIdentifiers", "RuleValue"};

enum class Kind : uint8_t { kBool, kInteger, kReal, kText, kOther, kArray, kDict };

template <size_t kSize>
bool Lists(const std::array<absl::string_view, kSize>& keys, absl::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// How much of a value is kept.
enum class Keep : uint8_t { kListed, kAll };

void Write(const Value& value, Keep keep, CanonicalWriter& out);

CanonicalWriter& Begin(const Value& value, Kind kind, CanonicalWriter& out) {
  return out.U32(value.line()).U8(static_cast<uint8_t>(kind));
}

void WriteScalar(const Value& value, CanonicalWriter& out) {
  if (const auto* on = value.As<bool>()) {
    Begin(value, Kind::kBool, out).U8(*on ? 1 : 0);
  } else if (const auto* number = value.As<int64_t>()) {
    Begin(value, Kind::kInteger, out).I64(*number);
  } else if (const auto* real = value.As<double>()) {
    Begin(value, Kind::kReal, out).U64(std::bit_cast<uint64_t>(*real));
  } else if (const auto* text = value.As<std::string>()) {
    Begin(value, Kind::kText, out).Bytes(*text);
  } else {
    Begin(value, Kind::kOther, out);
  }
}

void WriteEntry(const plist::Entry& entry, Keep keep, CanonicalWriter& out) {
  out.Bytes(entry.key);
  if (keep == Keep::kAll || Lists(kWhole, entry.key)) return Write(entry.value, Keep::kAll, out);
  Lists(kKeys, entry.key) ? WriteScalar(entry.value, out) : Write(entry.value, Keep::kListed, out);
}

void WriteDict(const Value& value, const plist::Dict& dict, Keep keep, CanonicalWriter& out) {
  std::vector<const plist::Entry*> kept;
  for (const plist::Entry& entry : dict.entries()) {
    const absl::string_view key = entry.key;
    if (keep == Keep::kAll || Lists(kKeys, key) || Lists(kBelow, key) || Lists(kWhole, key)) {
      kept.push_back(&entry);
    }
  }
  Begin(value, Kind::kDict, out).U32(static_cast<uint32_t>(kept.size()));
  for (const plist::Entry* entry : kept) WriteEntry(*entry, keep, out);
}

// Of what is only listed, dictionaries: a text in an array has no key that would say what it is.
void Write(const Value& value, Keep keep, CanonicalWriter& out) {
  if (const auto* array = value.As<plist::Array>()) {
    Begin(value, Kind::kArray, out).U32(static_cast<uint32_t>(array->size()));
    for (const Value& item : *array) Write(item, keep, out);
  } else if (const auto* dict = value.As<plist::Dict>()) {
    WriteDict(value, *dict, keep, out);
  } else if (keep == Keep::kAll) {
    WriteScalar(value, out);
  } else {
    Begin(value, Kind::kOther, out);
  }
}

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : in_(bytes), most_(bytes.size()) {}

  absl::StatusOr<profiles::ProfileSource> Read(absl::string_view name) {
    profiles::ProfileSource source;
    source.name = std::string(name);
    if (in_.U8() != kLayout) return Broken(name, "it has another layout");
    source.declaration.type = std::string(in_.Bytes());
    if (in_.U8() != 0) source.unreadable = "it could not be read when it was looked at";
    for (uint32_t left = Count(); left > 0; --left) {
      const size_t line = in_.U32();
      source.comments.push_back({line, std::string(in_.Bytes())});
    }
    source.root = ReadValue(0);
    if (const absl::Status done = in_.Done(); !done.ok()) return Broken(name, done.message());
    if (too_deep_) return Broken(name, "it is nested too deep");
    return source;
  }

 private:
  static absl::Status Broken(absl::string_view name, absl::string_view why) {
    return absl::DataLossError(
        absl::StrCat("reading what is kept of the profile '", name, "': ", why, "; put the profile again"));
  }

  // Each of what is counted takes a byte at least.
  uint32_t Count() {
    const uint32_t count = in_.U32();
    if (count <= most_) return count;
    in_.Raw(count);  // is not there: Done says so
    return 0;
  }

  Value ReadValue(size_t depth) {
    too_deep_ = too_deep_ || depth > plist::kMaxDepth;
    if (too_deep_) return {};
    const uint32_t line = in_.U32();
    Value value = ReadContent(static_cast<Kind>(in_.U8()), depth);
    value.set_line(line);
    return value;
  }

  Value ReadContent(Kind kind, size_t depth) {
    switch (kind) {
      case Kind::kBool:
        return in_.U8() != 0;
      case Kind::kInteger:
        return in_.I64();
      case Kind::kReal:
        return std::bit_cast<double>(in_.U64());
      case Kind::kText:
        return std::string(in_.Bytes());
      case Kind::kArray: {
        plist::Array array;
        for (uint32_t left = Count(); left > 0; --left) array.push_back(ReadValue(depth + 1));
        return array;
      }
      case Kind::kDict: {
        plist::Dict dict;
        for (uint32_t left = Count(); left > 0; --left) {
          std::string key(in_.Bytes());
          dict.Set(std::move(key), ReadValue(depth + 1));
        }
        return dict;
      }
      case Kind::kOther:
        break;
    }
    return plist::Redacted{};
  }

  CanonicalReader in_;
  const size_t most_;
  bool too_deep_ = false;
};

}  // namespace

std::string OutlineOf(const profiles::ProfileSource& source) {
  CanonicalWriter out;
  out.U8(kLayout).Bytes(source.declaration.type).U8(source.unreadable.empty() ? 0 : 1);
  out.U32(static_cast<uint32_t>(source.comments.size()));
  for (const plist::Comment& comment : source.comments) {
    out.U32(static_cast<uint32_t>(comment.line)).Bytes(comment.text);
  }
  Write(source.root, Keep::kListed, out);
  return out.Take();
}

absl::StatusOr<profiles::Profile> ReadOutline(absl::string_view bytes, absl::string_view name) {
  HOLDFAST_ASSIGN_OR_RETURN(profiles::ProfileSource source, Reader(bytes).Read(name));
  return profiles::Interpret(std::move(source));
}

}  // namespace holdfast::lint
