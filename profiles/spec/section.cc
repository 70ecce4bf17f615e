#include "profiles/spec/section.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/policy/spelling.h"
#include "core/policy/value.h"

namespace holdfast::profiles {
namespace {

constexpr double kMostTexts = 200;

}  // namespace

SpecSection::SpecSection(const DocumentValue& value, std::string path, Problems& problems)
    : value_(&value), path_(std::move(path)), problems_(&problems) {
  if (value.AsMap() != nullptr) return;
  problems.Error(value.at, path_,
                 absl::StrCat(value.IsNull() ? "it" : Describe(value),
                              " is not a section (write its keys below it, indented)"));
}

const DocumentEntry* SpecSection::Find(absl::string_view key) const {
  const DocumentValue::Map* map = value_->AsMap();
  if (map == nullptr) return nullptr;
  const auto entry =
      std::find_if(map->begin(), map->end(), [&](const DocumentEntry& e) { return e.key == key; });
  return entry == map->end() || entry->value.IsNull() ? nullptr : &*entry;
}

std::string SpecSection::PathOf(absl::string_view key) const {
  return absl::StrCat(path_, path_.empty() || key.empty() ? "" : ".", key);
}

Position SpecSection::AtOf(absl::string_view key) const {
  const DocumentEntry* entry = Find(key);
  return entry != nullptr ? entry->at : value_->at;
}

void SpecSection::Error(absl::string_view key, absl::string_view what) {
  problems_->Error(AtOf(key), PathOf(key), what);
}

void SpecSection::Warning(absl::string_view key, absl::string_view what) {
  problems_->Warning(AtOf(key), PathOf(key), what);
}

const DocumentValue* SpecSection::Value(absl::string_view key) {
  known_.push_back(key);
  const DocumentEntry* entry = Find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

std::optional<std::string> SpecSection::Text(absl::string_view key) {
  const DocumentValue* value = Value(key);
  if (value == nullptr) return std::nullopt;
  std::string out;
  if (absl::Status read = ReadValue(*value, SchemaKey{}, out); !read.ok()) {
    Error(key, read.message());
    return std::nullopt;
  }
  return out;
}

std::string SpecSection::RequiredText(absl::string_view key, absl::string_view meaning) {
  std::optional<std::string> text = Text(key);
  if (!text && !Has(key)) Error(key, absl::StrCat("is required: ", meaning));
  return text.value_or("");
}

std::optional<bool> SpecSection::Flag(absl::string_view key) {
  const DocumentValue* value = Value(key);
  if (value == nullptr) return std::nullopt;
  bool out = false;
  if (absl::Status read = ReadValue(*value, SchemaKey{}, out); !read.ok()) {
    Error(key, read.message());
    return std::nullopt;
  }
  return out;
}

std::optional<int64_t> SpecSection::Whole(absl::string_view key, int64_t min, int64_t max) {
  const DocumentValue* value = Value(key);
  if (value == nullptr) return std::nullopt;
  const SchemaKey schema{
      .type = KeyType::kInteger, .min = static_cast<double>(min), .max = static_cast<double>(max)};
  int out = 0;
  if (absl::Status read = ReadValue(*value, schema, out); !read.ok()) {
    Error(key, read.message());
    return std::nullopt;
  }
  return out;
}

std::optional<int64_t> SpecSection::Seconds(absl::string_view key, int64_t min, int64_t max) {
  const DocumentValue* value = Value(key);
  if (value == nullptr) return std::nullopt;
  const SchemaKey schema{
      .type = KeyType::kDuration, .min = static_cast<double>(min), .max = static_cast<double>(max)};
  absl::Duration out;
  if (absl::Status read = ReadValue(*value, schema, out); !read.ok()) {
    Error(key, read.message());
    return std::nullopt;
  }
  return absl::ToInt64Seconds(out);
}

std::optional<std::string> SpecSection::Choice(absl::string_view key, absl::string_view choices) {
  const DocumentValue* value = Value(key);
  if (value == nullptr) return std::nullopt;
  const SchemaKey schema{.type = KeyType::kChoice, .choices = choices};
  const absl::StatusOr<int> index = ReadChoice(*value, schema);
  if (index.ok()) return ShowChoice(schema, *index);
  Error(key, index.status().message());
  return std::nullopt;
}

std::vector<std::string> SpecSection::Texts(absl::string_view key) {
  const DocumentValue* value = Value(key);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  const SchemaKey schema{.type = KeyType::kTextList, .min = 0, .max = kMostTexts};
  if (absl::Status read = ReadValue(*value, schema, out); !read.ok()) Error(key, read.message());
  return out;
}

std::optional<SpecSection> SpecSection::Section(absl::string_view key) {
  const DocumentValue* value = Value(key);
  if (value == nullptr) return std::nullopt;
  return SpecSection(*value, PathOf(key), *problems_);
}

std::vector<SpecSection> SpecSection::Items(absl::string_view key) {
  const DocumentValue* value = Value(key);
  std::vector<SpecSection> out;
  if (value == nullptr) return out;
  const DocumentValue::List* list = value->AsList();
  if (list == nullptr) {
    Error(key, absl::StrCat(Describe(*value), " is not a list (begin each entry with \"- \")"));
    return out;
  }
  for (size_t i = 0; i < list->size(); ++i) {
    out.emplace_back((*list)[i], absl::StrCat(PathOf(key), "[", i, "]"), *problems_);
  }
  return out;
}

void SpecSection::Finish() {
  const DocumentValue::Map* map = value_->AsMap();
  if (map == nullptr) return;
  for (const DocumentEntry& entry : *map) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    std::string what = "is not a key here, so nothing would be generated for it";
    const absl::string_view meant = NearestName(entry.key, known_);
    if (!meant.empty()) absl::StrAppend(&what, " (did you mean \"", meant, "\"?)");
    problems_->Error(entry.at, PathOf(Printable(entry.key)), what);
  }
}

}  // namespace holdfast::profiles
