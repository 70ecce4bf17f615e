#include "profiles/plist/keys.h"

namespace holdfast::plist {

std::string Text(const Value& dict, absl::string_view key) {
  const Value* value = dict.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->As<std::string>();
  return text == nullptr ? "" : *text;
}

std::string FirstText(const Value& dict, std::initializer_list<absl::string_view> keys) {
  for (absl::string_view key : keys) {
    if (std::string text = Text(dict, key); !text.empty()) return text;
  }
  return "";
}

std::optional<bool> Switch(const Value& dict, absl::string_view key) {
  const Value* value = dict.Find(key);
  if (value == nullptr) return std::nullopt;
  if (const bool* truth = value->As<bool>()) return *truth;
  if (const int64_t* number = value->As<int64_t>()) return *number != 0;
  if (const double* real = value->As<double>()) return *real != 0;
  return std::nullopt;
}

const Value* SubDict(const Value& dict, absl::string_view key) {
  const Value* value = dict.Find(key);
  return value != nullptr && value->As<plist::Dict>() != nullptr ? value : nullptr;
}

const Array* SubArray(const Value& dict, absl::string_view key) {
  const Value* value = dict.Find(key);
  return value == nullptr ? nullptr : value->As<Array>();
}

}  // namespace holdfast::plist
