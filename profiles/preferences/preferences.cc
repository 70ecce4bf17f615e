#include "profiles/preferences/preferences.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "core/policy/schema.h"
#include "profiles/plist/plist.h"

namespace holdfast::profiles {
namespace {

// Of a configuration profile and of each of its payloads: not the policy's.
bool IsPayloadKey(absl::string_view key) {
  return absl::StartsWith(key, "Payload") || key == "_manualProfile";
}

class Converter {
 public:
  explicit Converter(absl::string_view source) : source_(source) {}

  // `path` is the schema's: "Services[].Match.Name"; empty or ending in a dot for a section.
  absl::StatusOr<DocumentValue> Section(const plist::Dict& dict, const std::string& prefix, int depth) {
    DocumentValue out{DocumentValue::Map{}, {}};
    auto& map = std::get<DocumentValue::Map>(out.data);
    for (const plist::Entry& entry : dict.entries()) {
      if (prefix.empty() && IsPayloadKey(entry.key)) continue;
      HOLDFAST_ASSIGN_OR_RETURN(DocumentValue value,
                                Value(entry.value, absl::StrCat(prefix, entry.key), depth + 1));
      map.push_back({entry.key, {}, std::move(value)});
    }
    return out;
  }

 private:
  absl::StatusOr<DocumentValue> Value(const plist::Value& value, const std::string& path, int depth) {
    if (depth > kMaxDocumentDepth || ++values_ > kMaxDocumentValues) {
      return absl::InvalidArgumentError(absl::StrCat(source_, ": ", path, ": there are more than ",
                                                     kMaxDocumentDepth, " levels or ", kMaxDocumentValues,
                                                     " values"));
    }
    if (const auto* flag = value.As<bool>()) return DocumentValue{*flag, {}};
    if (const auto* text = value.As<std::string>()) return DocumentValue{*text, {}};
    if (const auto* number = value.As<int64_t>()) return Number(*number, absl::Seconds(*number), path);
    if (const auto* real = value.As<double>()) return Number(*real, absl::Seconds(*real), path);
    if (const auto* date = value.As<plist::Date>()) {
      return DocumentValue{absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(date->unix_seconds),
                                            absl::UTCTimeZone()),
                           {}};
    }
    if (const auto* dict = value.As<plist::Dict>()) return Section(*dict, path + ".", depth);
    if (const auto* array = value.As<plist::Array>()) return List(*array, path, depth);
    return absl::InvalidArgumentError(
        absl::StrCat(source_, ": ", path, ": ", value.TypeName(), " is nothing that a policy has"));
  }

  absl::StatusOr<DocumentValue> List(const plist::Array& array, const std::string& path, int depth) {
    DocumentValue out{DocumentValue::List{}, {}};
    for (const plist::Value& item : array) {
      HOLDFAST_ASSIGN_OR_RETURN(DocumentValue value, Value(item, path + "[]", depth + 1));
      std::get<DocumentValue::List>(out.data).push_back(std::move(value));
    }
    return out;
  }

  // The one difference of meaning: a number of seconds is a duration's only spelling here.
  template <class T>
  static DocumentValue Number(T number, absl::Duration seconds, const std::string& path) {
    const SchemaKey* key = FindKey(path);
    if (key == nullptr || key->type != KeyType::kDuration) return {number, {}};
    return {seconds == absl::ZeroDuration() ? "0s" : absl::FormatDuration(seconds), {}};
  }

  const std::string source_;
  size_t values_ = 0;
};

// The policy's own dictionary: of a configuration profile, its payload of our domain.
const plist::Dict* PolicyDict(const plist::Dict& root) {
  const plist::Value* content = root.Find("PayloadContent");
  const plist::Array* payloads = content != nullptr ? content->As<plist::Array>() : nullptr;
  if (payloads == nullptr) return &root;
  for (const plist::Value& payload : *payloads) {
    const plist::Value* type = payload.Find("PayloadType");
    const std::string* text = type != nullptr ? type->As<std::string>() : nullptr;
    if (text != nullptr && *text == kPolicyDomain) return payload.As<plist::Dict>();
  }
  return nullptr;
}

}  // namespace

bool LooksLikePlist(absl::string_view bytes) {
  if (absl::StartsWith(bytes, "bplist")) return true;
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(bytes);
  return absl::StartsWith(text, "<?xml") || absl::StartsWith(text, "<!DOCTYPE plist") ||
         absl::StartsWith(text, "<plist");
}

absl::StatusOr<Document> PlistPolicyDocument(absl::string_view bytes, absl::string_view source) {
  if (bytes.size() > kMaxDocumentBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": it has ", bytes.size(), " bytes; a policy has at most ", kMaxDocumentBytes));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const plist::Document plist, plist::Parse(bytes, source));
  const auto* root = plist.root.As<plist::Dict>();
  if (root == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": it holds ", plist.root.TypeName(), "; a policy is a <dict>"));
  }
  const plist::Dict* policy = PolicyDict(*root);
  if (policy == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": the configuration profile has no payload of the type ", kPolicyDomain));
  }
  HOLDFAST_ASSIGN_OR_RETURN(DocumentValue value, Converter(source).Section(*policy, "", 0));
  return Document{std::string(source), std::move(value)};
}

absl::StatusOr<Document> ReadPolicyDocument(absl::string_view bytes, absl::string_view source, Position* at) {
  return LooksLikePlist(bytes) ? PlistPolicyDocument(bytes, source) : ParseDocument(bytes, source, at);
}

}  // namespace holdfast::profiles
