#include "profiles/declarations/declaration.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/text/json.h"
#include "core/policy/document.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using text::JsonWriter;

// Depth and number were bounded when the document was parsed.
plist::Value Converted(const DocumentValue& value) {
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  if (const auto* number = std::get_if<int64_t>(&value.data)) return *number;
  if (const auto* real = std::get_if<double>(&value.data)) return *real;
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const DocumentValue::List* list = value.AsList()) {
    plist::Array out;
    for (const DocumentValue& item : *list) {
      if (!item.IsNull()) out.push_back(Converted(item));
    }
    return out;
  }
  plist::Dict out;
  if (const DocumentValue::Map* map = value.AsMap()) {
    for (const DocumentEntry& entry : *map) {
      if (!entry.value.IsNull()) out.Set(entry.key, Converted(entry.value));
    }
  }
  return out;
}

class Writer {
 public:
  absl::Status Entries(const plist::Dict& dict, const std::string& path) {
    for (const plist::Entry& entry : dict.entries()) {
      const std::string below = absl::StrCat(path, path.empty() ? "" : ".", entry.key);
      if (const auto* inner = entry.value.As<plist::Dict>()) {
        json_.Object(entry.key);
        HOLDFAST_RETURN_IF_ERROR(Entries(*inner, below));
        json_.EndObject();
      } else if (const auto* array = entry.value.As<plist::Array>()) {
        json_.Array(entry.key);
        HOLDFAST_RETURN_IF_ERROR(Elements(*array, below));
        json_.EndArray();
      } else {
        HOLDFAST_RETURN_IF_ERROR(Scalar(entry.value, below, entry.key));
      }
    }
    return absl::OkStatus();
  }
  JsonWriter& json() { return json_; }

 private:
  absl::Status Elements(const plist::Array& array, const std::string& path) {
    for (const plist::Value& item : array) {
      if (const auto* inner = item.As<plist::Dict>()) {
        json_.Object();
        HOLDFAST_RETURN_IF_ERROR(Entries(*inner, path));
        json_.EndObject();
      } else if (const auto* list = item.As<plist::Array>()) {
        json_.Array();
        HOLDFAST_RETURN_IF_ERROR(Elements(*list, path));
        json_.EndArray();
      } else {
        HOLDFAST_RETURN_IF_ERROR(Scalar(item, path));
      }
    }
    return absl::OkStatus();
  }

  // `key` is empty, or one text: that of the entry.
  template <class... Key>
  absl::Status Scalar(const plist::Value& value, const std::string& path, const Key&... key) {
    const auto* real = value.As<double>();
    if (const auto* flag = value.As<bool>()) {
      json_.Bool(key..., *flag);
    } else if (const auto* number = value.As<int64_t>()) {
      json_.Number(key..., *number);
    } else if (const auto* text = value.As<std::string>(); text != nullptr && IsValidUtf8(*text)) {
      json_.Text(key..., *text);
    } else if (const auto* data = value.As<plist::Data>()) {
      json_.Text(key..., absl::Base64Escape(data->bytes));
    } else if (real != nullptr && std::isfinite(*real)) {
      json_.Real(key..., *real);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("writing a declaration: ", path, " is ",
                                                     value.TypeName(),
                                                     ", which JSON cannot hold; leave it out"));
    }
    return absl::OkStatus();
  }

  JsonWriter json_;
};

absl::Status Bad(absl::string_view source, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(source, ": ", what));
}

}  // namespace

bool LooksLikeDeclaration(absl::string_view bytes) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(bytes), "{");
}

absl::StatusOr<Declaration> ReadDeclaration(absl::string_view bytes, absl::string_view source) {
  if (!LooksLikeDeclaration(bytes)) return Bad(source, "it is no declaration: those are a JSON object");
  HOLDFAST_ASSIGN_OR_RETURN(const Document document, ParseDocument(bytes, source));
  const plist::Value root = Converted(document.root);
  Declaration out;
  out.type = plist::Text(root, "Type");
  out.identifier = plist::Text(root, "Identifier");
  out.server_token = plist::Text(root, "ServerToken");
  const plist::Value* payload = plist::SubDict(root, "Payload");
  if (!absl::StartsWith(out.type, "com.apple.")) {
    return Bad(source, "it is no declaration: Type must be text that begins with com.apple.");
  }
  if (out.identifier.empty()) return Bad(source, "the declaration has no Identifier; give it one of its own");
  if (payload == nullptr) return Bad(source, "the declaration has no object Payload");
  out.payload = *payload->As<plist::Dict>();
  return out;
}

absl::StatusOr<std::string> WriteDeclaration(const Declaration& declaration) {
  Writer writer;
  JsonWriter& json = writer.json();
  json.Object().Text("Type", declaration.type).Text("Identifier", declaration.identifier);
  if (!declaration.server_token.empty()) json.Text("ServerToken", declaration.server_token);
  json.Object("Payload");
  HOLDFAST_RETURN_IF_ERROR(writer.Entries(declaration.payload, ""));
  json.EndObject().EndObject();
  return json.Take() + "\n";
}

}  // namespace holdfast::profiles
