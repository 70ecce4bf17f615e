// Between a document's values and the members of Policy: one overload per member type, in both directions.
// Errors say only what is wrong with the value and what to write; the caller adds file, line and key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "core/facts.h"
#include "core/policy/document.h"
#include "core/policy/policy.h"
#include "core/policy/schema.h"

namespace holdfast {

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, bool& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, int& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, int64_t& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, uint64_t& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, double& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, absl::Duration& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, std::string& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, Uuid& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, Endpoint& out);
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, WallTime& out);

std::string ShowValue(const SchemaKey& key, bool value);
std::string ShowValue(const SchemaKey& key, int value);
std::string ShowValue(const SchemaKey& key, int64_t value);
std::string ShowValue(const SchemaKey& key, uint64_t value);
std::string ShowValue(const SchemaKey& key, double value);
std::string ShowValue(const SchemaKey& key, absl::Duration value);
std::string ShowValue(const SchemaKey& key, const std::string& value);
std::string ShowValue(const SchemaKey& key, const Uuid& value);
std::string ShowValue(const SchemaKey& key, const Endpoint& value);
std::string ShowValue(const SchemaKey& key, WallTime value);

// The place of a word among the key's choices, regardless of case.
absl::StatusOr<int> ReadChoice(const DocumentValue& value, const SchemaKey& key);
// The list, when its length is in the key's range.
absl::StatusOr<const DocumentValue::List*> ReadList(const DocumentValue& value, const SchemaKey& key);
std::string ShowChoice(const SchemaKey& key, int index);

// Value of the first choice: an enum of Policy begins with what may be chosen, ServiceType with kUnknown.
template <class Enum>
inline constexpr int kFirstChoice = std::is_same_v<Enum, ServiceType> ? 1 : 0;

template <class Enum>
  requires std::is_enum_v<Enum>
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, Enum& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const int index, ReadChoice(value, key));
  out = static_cast<Enum>(index + kFirstChoice<Enum>);
  return absl::OkStatus();
}

template <class Enum>
  requires std::is_enum_v<Enum>
std::string ShowValue(const SchemaKey& key, Enum value) {
  return ShowChoice(key, static_cast<int>(value) - kFirstChoice<Enum>);
}

template <class T>
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, std::optional<T>& out) {
  T inner{};
  HOLDFAST_RETURN_IF_ERROR(ReadValue(value, key, inner));
  out = std::move(inner);
  return absl::OkStatus();
}

// Empty when there is none.
template <class T>
std::string ShowValue(const SchemaKey& key, const std::optional<T>& value) {
  return value ? ShowValue(key, *value) : "";
}

// The one optional time: an end that never comes.
inline std::string ShowValue(const SchemaKey& key, const std::optional<absl::Duration>& value) {
  return value ? ShowValue(key, *value) : "never";
}

template <class T>
absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, std::vector<T>& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const DocumentValue::List* list, ReadList(value, key));
  std::vector<T> items(list->size());
  for (size_t i = 0; i < items.size(); ++i) HOLDFAST_RETURN_IF_ERROR(ReadValue((*list)[i], key, items[i]));
  out = std::move(items);
  return absl::OkStatus();
}

template <class T>
std::string ShowValue(const SchemaKey& key, const std::vector<T>& value) {
  return absl::StrCat(
      "[",
      absl::StrJoin(value, ", ", [&](std::string* out, const T& item) { out->append(ShowValue(key, item)); }),
      "]");
}

// "between 0s and 5m", in the key's unit; empty when it has no range.
std::string ShowRange(const SchemaKey& key);

}  // namespace holdfast
