#include "sim/scenario/yaml.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"

namespace holdfast::sim {

absl::StatusOr<YamlValue> YamlValue::Parse(absl::string_view text, const std::string& file) {
  try {
    return YamlValue(YAML::Load(std::string(text)), file, "");
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", e.mark.line + 1, ": not YAML: ", e.msg));
  }
}

int YamlValue::line() const {
  return node_.Mark().line + 1;
}

absl::Status YamlValue::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(file_, ":", line(), ": ", key_, key_.empty() ? "" : ": ", what));
}

absl::StatusOr<std::string> YamlValue::Text() const {
  if (!node_.IsScalar()) return Error("expected a text");
  return node_.Scalar();
}

absl::StatusOr<bool> YamlValue::Bool() const {
  bool value = false;
  if (node_.IsScalar() && YAML::convert<bool>::decode(node_, value)) return value;
  return Error("expected true or false");
}

absl::StatusOr<int64_t> YamlValue::Integer() const {
  int64_t value = 0;
  if (node_.IsScalar() && absl::SimpleAtoi(node_.Scalar(), &value)) return value;
  return Error("expected a whole number");
}

absl::StatusOr<double> YamlValue::Share() const {
  double value = 0;
  if (node_.IsScalar() && absl::SimpleAtod(node_.Scalar(), &value) && value >= 0 && value <= 1) return value;
  return Error("expected a number from 0 to 1");
}

absl::StatusOr<absl::Duration> YamlValue::Duration() const {
  absl::Duration value;
  if (node_.IsScalar() && absl::ParseDuration(node_.Scalar(), &value) && value >= absl::ZeroDuration()) {
    return value;
  }
  return Error("expected a duration such as 5s or 2m");
}

absl::StatusOr<std::vector<YamlValue>> YamlValue::List() const {
  if (!node_.IsSequence()) return Error("expected a list");
  std::vector<YamlValue> items;
  for (const auto& item : node_) items.emplace_back(item, file_, absl::StrCat(key_, "[", items.size(), "]"));
  return items;
}

absl::StatusOr<std::vector<std::pair<std::string, YamlValue>>> YamlValue::Map() const {
  if (!node_.IsMap()) return Error("expected keys with values");
  std::vector<std::pair<std::string, YamlValue>> entries;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) return Error("expected keys that are texts");
    const std::string& name = entry.first.Scalar();
    entries.emplace_back(name,
                         YamlValue(entry.second, file_, absl::StrCat(key_, key_.empty() ? "" : ".", name)));
  }
  return entries;
}

absl::Status YamlValue::Keys(const Readers& known) const {
  HOLDFAST_ASSIGN_OR_RETURN(const auto entries, Map());
  for (const auto& [name, entry] : entries) {
    auto it = known.find(name);
    if (it == known.end()) {
      return entry.Error(absl::StrCat("unknown key; there are: ",
                                      absl::StrJoin(known, ", ", [](std::string* out, const auto& k) {
                                        absl::StrAppend(out, k.first);
                                      })));
    }
    HOLDFAST_RETURN_IF_ERROR(it->second(entry));
  }
  return absl::OkStatus();
}

}  // namespace holdfast::sim
