#include "profiles/generate/manifest.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "core/policy/schema.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;
using plist::Value;

// Editors take the manifest of the greater version, then of the later date: both go up with a released
// change.
constexpr int64_t kVersion = 1;
constexpr int64_t kLastModified = 1'795'305'600;  // 2026-11-22T00:00:00Z
constexpr int64_t kFormat = 1;

constexpr char kUuidPattern[] = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

bool IsWhole(double number) {
  return number == static_cast<double>(static_cast<int64_t>(number));
}

Value Number(double number, bool whole) {
  return whole ? Value(static_cast<int64_t>(number)) : Value(number);
}

// A duration is a number of seconds in a property list; whole ones unless the key allows less than one.
bool InWholeNumbers(const SchemaKey& key) {
  return key.type == KeyType::kInteger || (key.type == KeyType::kDuration && IsWhole(key.min));
}

absl::string_view ScalarType(const SchemaKey& key) {
  switch (key.type) {
    case KeyType::kBool:
      return "boolean";
    case KeyType::kInteger:
    case KeyType::kNumber:
    case KeyType::kDuration:
      return InWholeNumbers(key) ? "integer" : "real";
    case KeyType::kMoment:
      return "date";
    default:
      return "string";
  }
}

bool IsList(const SchemaKey& key) {
  return key.type == KeyType::kTextList || key.type == KeyType::kChoiceList;
}

// "[a, b]" and "a, b" alike.
std::vector<absl::string_view> Items(absl::string_view text) {
  absl::ConsumePrefix(&text, "[");
  absl::ConsumeSuffix(&text, "]");
  return absl::StrSplit(text, ", ", absl::SkipEmpty());
}

Array Texts(const std::vector<absl::string_view>& items) {
  Array out;
  for (absl::string_view item : items) out.emplace_back(std::string(item));
  return out;
}

void SetDefault(const SchemaKey& key, Dict& out) {
  const absl::string_view text = key.default_text;
  if (text.empty()) return;
  double number = 0;
  absl::Duration duration;
  if (IsList(key)) {
    if (Array items = Texts(Items(text)); !items.empty()) out.Set("pfm_default", std::move(items));
  } else if (key.type == KeyType::kBool) {
    out.Set("pfm_default", text == "true");
  } else if (key.type == KeyType::kDuration) {
    if (absl::ParseDuration(text, &duration)) {
      out.Set("pfm_default", Number(absl::ToDoubleSeconds(duration), InWholeNumbers(key)));
    }
  } else if (key.type == KeyType::kInteger || key.type == KeyType::kNumber) {
    if (absl::SimpleAtod(text, &number)) out.Set("pfm_default", Number(number, InWholeNumbers(key)));
  } else {
    out.Set("pfm_default", std::string(text));
  }
}

void SetRange(const SchemaKey& key, Dict& out) {
  if (key.type != KeyType::kInteger && key.type != KeyType::kNumber && key.type != KeyType::kDuration) return;
  out.Set("pfm_range_min", Number(key.min, InWholeNumbers(key)));
  out.Set("pfm_range_max", Number(key.max, InWholeNumbers(key)));
  if (key.type == KeyType::kDuration) out.Set("pfm_value_unit", "seconds");
}

Dict Head(absl::string_view name, absl::string_view type, absl::string_view description) {
  Dict out;
  out.Set("pfm_name", std::string(name));
  out.Set("pfm_title", std::string(name));
  out.Set("pfm_type", std::string(type));
  if (!description.empty()) out.Set("pfm_description", absl::StrReplaceAll(description, {{"`", ""}}));
  return out;
}

Dict Key(absl::string_view name, const SchemaKey& key) {
  Dict out = Head(name, IsList(key) ? "array" : ScalarType(key), key.meaning);
  if (key.required) out.Set("pfm_require", "always");
  SetDefault(key, out);
  SetRange(key, out);
  if (key.type == KeyType::kUuid) out.Set("pfm_format", kUuidPattern);
  Array choices = Texts(Items(key.choices));
  if (IsList(key)) {
    Dict item;
    item.Set("pfm_type", "string");
    if (!choices.empty()) item.Set("pfm_range_list", std::move(choices));
    out.Set("pfm_repetition_min", static_cast<int64_t>(key.min));
    out.Set("pfm_repetition_max", static_cast<int64_t>(key.max));
    out.Set("pfm_subkeys", Array{Value(std::move(item))});
  } else if (!choices.empty()) {
    out.Set("pfm_range_list", std::move(choices));
  }
  return out;
}

Array KeysBelow(const std::string& prefix);

Dict Node(absl::string_view name, const std::string& prefix) {
  const std::string path = absl::StrCat(prefix, name);
  if (const SchemaKey* key = FindKey(path)) return Key(name, *key);
  if (NodeAt(path) != SchemaNode::kSectionList) {
    Dict out = Head(name, "dictionary", "");
    out.Set("pfm_subkeys", KeysBelow(path + "."));
    return out;
  }
  Dict item;
  item.Set("pfm_type", "dictionary");
  item.Set("pfm_subkeys", KeysBelow(path + "[]."));
  Dict out = Head(name, "array", "");
  out.Set("pfm_subkeys", Array{Value(std::move(item))});
  return out;
}

Array KeysBelow(const std::string& prefix) {
  Array out;
  for (absl::string_view name : NamesBelow(prefix)) out.emplace_back(Node(name, prefix));
  return out;
}

Dict PayloadKey(absl::string_view name, absl::string_view description, Value preset, bool required) {
  Dict out = Head(name, preset.As<int64_t>() != nullptr ? "integer" : "string", description);
  const std::string* text = preset.As<std::string>();
  if (text == nullptr || !text->empty()) out.Set("pfm_default", std::move(preset));
  if (required) out.Set("pfm_require", "always");
  return out;
}

// Editors make no payload without these.
Array PayloadKeys() {
  const std::string domain(kPolicyDomain);
  Array out;
  out.emplace_back(PayloadKey("PayloadDescription", "What the payload is for.",
                              "The policy of the Holdfast agent", /*required=*/false));
  out.emplace_back(PayloadKey("PayloadDisplayName", "The payload's name.", "Holdfast", /*required=*/true));
  out.emplace_back(
      PayloadKey("PayloadIdentifier", "Unlike that of every other payload.", domain, /*required=*/true));
  out.emplace_back(PayloadKey("PayloadType", "The domain of the preferences.", domain, /*required=*/true));
  Dict uuid = PayloadKey("PayloadUUID", "Unlike that of every other payload.", "", /*required=*/true);
  uuid.Set("pfm_format", kUuidPattern);
  out.emplace_back(std::move(uuid));
  out.emplace_back(PayloadKey("PayloadVersion", "Of the format.", int64_t{1}, /*required=*/true));
  out.emplace_back(PayloadKey("PayloadOrganization", "Whose payload it is.", "", /*required=*/false));
  return out;
}

}  // namespace

plist::Value PreferencesManifest() {
  Array keys = PayloadKeys();
  for (Value& key : KeysBelow("")) keys.push_back(std::move(key));
  Dict out;
  out.Set("pfm_domain", std::string(kPolicyDomain));
  out.Set("pfm_title", "Holdfast");
  out.Set("pfm_description", "The policy of the Holdfast agent, which keeps VPN services connected");
  out.Set("pfm_format_version", kFormat);
  out.Set("pfm_version", kVersion);
  out.Set("pfm_last_modified", plist::Date{kLastModified});
  out.Set("pfm_platforms", Array{Value("macOS")});
  out.Set("pfm_targets", Array{Value("system")});
  out.Set("pfm_unique", true);  // one policy: of two payloads, which counts would be chance
  out.Set("pfm_subkeys", std::move(keys));
  return out;
}

}  // namespace holdfast::profiles
