// Each key of the payloads that are known in full, against what is known of it.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/policy/spelling.h"
#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {
namespace {

using payloads::Key;
using payloads::Type;
using plist::Value;

constexpr char kSchema[] = "Apple's published schema (github.com/apple/device-management)";

constexpr Rule kMissing = {.id = "key-missing",
                           .severity = Severity::kError,
                           .title = "A required key is missing",
                           .why = "macOS refuses the payload, or makes a configuration that cannot work.",
                           .fix = "add the key",
                           .reference = kSchema};
constexpr Rule kType = {.id = "key-type",
                        .severity = Severity::kError,
                        .title = "A value has another type than its key",
                        .why =
                            "macOS reads such a value as if it were not there. Nothing is reported: the "
                            "setting is simply not made.",
                        .fix = "write it with the key's type",
                        .reference = kSchema};
constexpr Rule kNumber = {
    .id = "vpn-number-mistyped",
    .severity = Severity::kError,
    .title = "A number of a VPN is written as text",
    .why =
        "Switches of VPN payloads are read as numbers only: \"<string>1</string>\" counts for nothing, and "
        "the "
        "default holds.",
    .fix = "write it as <integer>: macOS ignores it as it is",
    .reference = kDecompiled};
constexpr Rule kCoerced = {
    .id = "key-type-coerced",
    .severity = Severity::kWarning,
    .title = "A number stands for a truth value, or the reverse",
    .why =
        "macOS takes 1 for true; Apple Business Manager refuses the file, and so may your management server.",
    .fix = "write it with the key's type",
    .reference = "microsoft/mdatp-xplat#257"};
constexpr Rule kValue = {.id = "key-value",
                         .severity = Severity::kError,
                         .title = "A value is none of those that the key may have",
                         .why =
                             "What macOS does with it is not documented: it takes its default, ignores the "
                             "rule, or refuses the payload.",
                         .fix = "write one of the allowed values",
                         .reference = kSchema};
constexpr Rule kRange = {
    .id = "key-range",
    .severity = Severity::kError,
    .title = "A number is outside what the key allows",
    .why = "What macOS does with it is not documented: it takes its default or refuses the payload.",
    .fix = "write a number inside the range",
    .reference = kSchema};
constexpr Rule kUnknown = {.id = "key-unknown",
                           .severity = Severity::kWarning,
                           .title = "A key is not known for this payload",
                           .why =
                               "macOS ignores keys that it does not know. Most of them are misspelt or stand "
                               "in the wrong dictionary.",
                           .fix = "remove it, or correct its name",
                           .reference = kSchema};
constexpr Rule kMisplaced = {
    .id = "key-misplaced",
    .severity = Severity::kError,
    .title = "A key stands beside the dictionary that it belongs into",
    .why =
        "macOS looks for it in that dictionary only and ignores it where it is. A profile with its provider "
        "or its "
        "On Demand rules at the wrong level installs and does nothing.",
    .fix = "move it into its dictionary: macOS ignores it where it is",
    .reference =
        "Apple's schema; a public profile for an always-on VPN has all of its keys at the wrong level"};
constexpr Rule kTooNew = {
    .id = "key-too-new",
    .severity = Severity::kError,
    .title = "A key is newer than the macOS that the profile is meant for",
    .why = "The older macOS ignores it, so what it should protect is not protected there.",
    .fix = "make another profile for older Macs, or raise the target",
    .reference = kSchema};
constexpr Rule kDeprecated = {.id = "key-deprecated",
                              .severity = Severity::kWarning,
                              .title = "A key is deprecated",
                              .why = "It still works and will be removed.",
                              .fix = "use what replaces it",
                              .reference = kSchema};
constexpr Rule kNotOnMac = {.id = "key-not-on-macos",
                            .severity = Severity::kInfo,
                            .title = "A key has no effect on a Mac",
                            .why =
                                "It is for iOS. On a Mac it changes nothing: OnDemandUserOverrideDisabled "
                                "for instance does not stop a "
                                "person from switching Connect On Demand off.",
                            .fix = "leave it out of profiles for Macs, or do not rely on it",
                            .reference = kSchema};

constexpr std::array kRules = {&kMissing, &kType,      &kNumber, &kCoerced,    &kValue,   &kRange,
                               &kUnknown, &kMisplaced, &kTooNew, &kDeprecated, &kNotOnMac};
constexpr RuleGroup kGroup = {"keys", "Keys: types, values, versions", kRules};

bool HasType(const Value& value, Type type) {
  switch (type) {
    case Type::kString:
      return value.As<std::string>() != nullptr;
    case Type::kInteger:
      return value.As<int64_t>() != nullptr;
    case Type::kReal:
      return value.As<double>() != nullptr || value.As<int64_t>() != nullptr;
    case Type::kBoolean:
      return value.As<bool>() != nullptr;
    case Type::kDate:
      return value.As<plist::Date>() != nullptr;
    case Type::kData:
      return value.As<plist::Data>() != nullptr;
    case Type::kArray:
      return value.As<plist::Array>() != nullptr;
    case Type::kDict:
      return value.As<plist::Dict>() != nullptr;
    case Type::kAny:
      break;
  }
  return true;
}

bool IsNumber(const Value& value) {
  return value.As<bool>() != nullptr || value.As<int64_t>() != nullptr || value.As<double>() != nullptr;
}

std::string ValueText(const Value& value) {
  if (const int64_t* number = value.As<int64_t>()) return absl::StrCat(*number);
  if (const std::string* text = value.As<std::string>()) return *text;
  return "";
}

class KeyChecker {
 public:
  KeyChecker(const PayloadView& payload, Sink& sink) : payload_(payload), sink_(sink) {}

  void CheckDict(const Value& dict, absl::Span<const Key> keys, const std::string& path, bool top) const {
    for (const auto& [name, value] : dict.As<plist::Dict>()->entries()) {
      const Key* key = payloads::FindKey(keys, name);
      if (key == nullptr && top) key = payloads::FindKey(Envelope(), name);
      if (key == nullptr) {
        Unknown(name, value, keys, Below(path, name));
      } else if (!top || payloads::FindKey(Envelope(), name) == nullptr) {
        CheckKey(*key, value, Below(path, name));  // the envelope's own rules know the common ones better
      }
    }
    for (const Key& key : keys) {
      if (key.required && dict.Find(key.name) == nullptr) Missing(key, dict, Below(path, key.name), top);
    }
  }

 private:
  // A payload that is the whole file has the profile's keys beside its own.
  absl::Span<const Key> Envelope() const {
    return payload_.file().bare() ? payloads::TopLevelKeys() : payloads::CommonKeys();
  }

  static std::string Below(const std::string& path, absl::string_view name) {
    return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
  }

  void CheckKey(const Key& key, const Value& value, const std::string& path) const {
    CheckAge(key, value, path);
    if (value.As<plist::Redacted>() != nullptr) return;  // its type went with the secret
    if (!HasType(value, key.type)) return Mistyped(key, value, path);
    CheckValue(key, value, path);
    if (key.type == Type::kDict && !key.keys.empty()) CheckDict(value, key.keys, path, /*top=*/false);
    if (key.type != Type::kArray || key.items == nullptr) return;
    const auto& items = *value.As<plist::Array>();
    for (size_t i = 0; i < items.size(); ++i) CheckKey(*key.items, items[i], absl::StrCat(path, "[", i, "]"));
  }

  void Missing(const Key& key, const Value& dict, const std::string& path, bool top) const {
    Finding& finding = sink_.Add(kMissing, payload_.At(path, dict), absl::StrCat(path, " is missing"));
    // What was optional once, or is inherited by a sentence of Apple's text only, may still be.
    const bool inherited =
        top && payload_.type() == "com.apple.vpn.managed.applayer" && key.name != "VPNUUID";
    if (!key.since.empty() || inherited) finding.severity = Severity::kWarning;
  }

  void Mistyped(const Key& key, const Value& value, const std::string& path) const {
    if (key.name == "Order") return;  // the transparent proxies' rules say more
    const bool vpn = payload_.type() == "com.apple.vpn.managed";
    const bool text = value.As<std::string>() != nullptr;
    const bool coerced = IsNumber(value) && (key.type == Type::kBoolean || key.type == Type::kInteger);
    const Rule& rule = coerced ? kCoerced : vpn && text && key.type == Type::kInteger ? kNumber : kType;
    sink_.Add(rule, payload_.At(path, value),
              absl::StrCat(path, " is ", value.TypeName(), " and should be ", TypeName(key.type)));
  }

  void CheckValue(const Key& key, const Value& value, const std::string& path) const {
    if (!key.values.empty()) {
      const std::string text = ValueText(value);
      for (absl::string_view allowed : absl::StrSplit(key.values, '|')) {
        if (text == allowed) return;
      }
      if (path == "VPNType" || absl::EndsWith(path, "].Action")) return;  // rules of their own say more
      sink_.Add(kValue, payload_.At(path, value), absl::StrCat(path, " is '", text, "'"),
                absl::StrCat("write one of ", absl::StrJoin(absl::StrSplit(key.values, '|'), ", ")));
      return;
    }
    const int64_t* number = value.As<int64_t>();
    if (number == nullptr || key.name == "Order" || (*number >= key.min && *number <= key.max)) return;
    sink_.Add(kRange, payload_.At(path, value),
              absl::StrCat(path, " is ", *number, "; allowed is ", key.min, " to ", key.max));
  }

  void CheckAge(const Key& key, const Value& value, const std::string& path) const {
    const Options& options = payload_.file().options();
    if (key.not_on_mac) {
      sink_.Add(kNotOnMac, payload_.At(path, value), absl::StrCat(path, " has no effect on a Mac"));
    }
    if (const auto since = ParseMacOsVersion(key.since); since.ok() && options.Oldest() < *since) {
      sink_.Add(kTooNew, payload_.At(path, value),
                absl::StrCat(path, " exists since macOS ", key.since, "; the target is ",
                             options.Oldest().ToString()));
    }
    if (const auto since = ParseMacOsVersion(key.deprecated); since.ok() && options.Oldest() >= *since) {
      sink_.Add(kDeprecated, payload_.At(path, value),
                absl::StrCat(path, " is deprecated since macOS ", key.deprecated));
    }
  }

  void Unknown(const std::string& name, const Value& value, absl::Span<const Key> keys,
               const std::string& path) const {
    if (const std::string home = HomeOf(name, keys); !home.empty()) {
      sink_.Add(kMisplaced, payload_.At(path, value),
                absl::StrCat(path, " stands beside the dictionary ", home, ", not in it"),
                absl::StrCat("move it into ", home, ": macOS ignores it where it is"));
      return;
    }
    std::vector<absl::string_view> names;
    for (const Key& key : keys) names.push_back(key.name);
    const absl::string_view near = NearestName(name, names);
    sink_.Add(kUnknown, payload_.At(path, value), absl::StrCat(path, " is not known"),
              near.empty() ? "" : absl::StrCat("correct its name: did you mean ", near, "?"));
  }

  // The dictionary beside that knows the key: of those that the payload has, the first; empty: none.
  std::string HomeOf(const std::string& name, absl::Span<const Key> keys) const {
    for (const Key& key : keys) {
      const bool here = payload_.value().Find(key.name) != nullptr;
      if (here && !key.keys.empty() && payloads::FindNamedKey(key.keys, name) != nullptr) {
        return std::string(key.name);
      }
    }
    return "";
  }

  const PayloadView& payload_;
  Sink& sink_;
};

}  // namespace

const RuleGroup& KeyRules() {
  return kGroup;
}

void CheckKeys(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    const payloads::PayloadType* type = payloads::FindPayloadType(payload.type());
    if (type == nullptr || payload.value().As<plist::Dict>() == nullptr) continue;
    KeyChecker(payload, sink).CheckDict(payload.value(), type->keys, "", /*top=*/true);
  }
}

}  // namespace holdfast::lint
