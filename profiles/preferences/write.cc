#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "core/policy/schema.h"
#include "core/policy/value.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::profiles {
namespace {

class PreferencesWriter {
 public:
  explicit PreferencesWriter(absl::string_view source) : source_(source) {}

  // `prefix` is the schema's: empty or ending in a dot.
  absl::StatusOr<plist::Dict> Section(const DocumentValue::Map& map, const std::string& prefix) const {
    const SectionNames names(prefix);
    plist::Dict out;
    for (const DocumentEntry& entry : map) {
      if (entry.value.IsNull()) continue;  // counts as not written
      const absl::string_view known = names.Resolve(entry.key);
      const std::string key = known.empty() ? entry.key : std::string(known);
      HOLDFAST_ASSIGN_OR_RETURN(plist::Value value, Value(entry.value, prefix + key));
      out.Set(key, std::move(value));
    }
    return out;
  }

 private:
  absl::Status Refuse(const std::string& path, const DocumentValue& value, absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat(source_, ":", value.at.line, ": ", path, ": ", why));
  }

  absl::StatusOr<plist::Value> Value(const DocumentValue& value, const std::string& path) const {
    if (const DocumentValue::Map* map = value.AsMap()) {
      HOLDFAST_ASSIGN_OR_RETURN(plist::Dict dict, Section(*map, path + "."));
      return plist::Value(std::move(dict));
    }
    if (const DocumentValue::List* list = value.AsList()) {
      plist::Array array;
      for (const DocumentValue& item : *list) {
        HOLDFAST_ASSIGN_OR_RETURN(plist::Value written, Value(item, path + "[]"));
        array.push_back(std::move(written));
      }
      return plist::Value(std::move(array));
    }
    return Scalar(value, path);
  }

  absl::StatusOr<plist::Value> Scalar(const DocumentValue& value, const std::string& path) const {
    const SchemaKey* key = FindKey(path);
    if (key != nullptr && key->type == KeyType::kDuration) return Seconds(value, *key, path);
    if (key != nullptr && key->type == KeyType::kMoment) return Moment(value, *key, path);
    if (const auto* flag = std::get_if<bool>(&value.data)) return plist::Value(*flag);
    if (const auto* number = std::get_if<int64_t>(&value.data)) return plist::Value(*number);
    if (const auto* real = std::get_if<double>(&value.data)) return plist::Value(*real);
    if (const auto* text = std::get_if<std::string>(&value.data)) return plist::Value(*text);
    return Refuse(path, value, "an entry of a list has no value");
  }

  absl::StatusOr<plist::Value> Seconds(const DocumentValue& value, const SchemaKey& key,
                                       const std::string& path) const {
    absl::Duration duration;
    if (absl::Status read = ReadValue(value, key, duration); !read.ok()) {
      return Refuse(path, value, read.message());
    }
    if (duration % absl::Seconds(1) != absl::ZeroDuration())
      return plist::Value(absl::ToDoubleSeconds(duration));
    return plist::Value(int64_t{absl::ToInt64Seconds(duration)});
  }

  absl::StatusOr<plist::Value> Moment(const DocumentValue& value, const SchemaKey& key,
                                      const std::string& path) const {
    WallTime moment;
    if (absl::Status read = ReadValue(value, key, moment); !read.ok())
      return Refuse(path, value, read.message());
    constexpr int64_t kSecond = 1'000'000'000;
    if (moment.ns % kSecond != 0) return Refuse(path, value, "a property list's dates are whole seconds");
    return plist::Value(plist::Date{moment.ns / kSecond});
  }

  const std::string source_;
};

}  // namespace

absl::StatusOr<plist::Dict> PolicyPreferences(const Document& document) {
  const DocumentValue::Map* root = document.root.AsMap();
  if (root == nullptr) return absl::InvalidArgumentError(absl::StrCat(document.source, ": it is no policy"));
  return PreferencesWriter(document.source).Section(*root, "");
}

}  // namespace holdfast::profiles
