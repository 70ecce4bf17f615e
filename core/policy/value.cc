#include "core/policy/value.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace holdfast {
namespace {

constexpr size_t kMaxText = 1024;

absl::Status Bad(const DocumentValue& value, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(Describe(value), " ", problem));
}

absl::Status CheckRange(const DocumentValue& value, const SchemaKey& key, double number) {
  if (number >= key.min && number <= key.max) return absl::OkStatus();
  return Bad(value, absl::StrCat("is out of range (", ShowRange(key), ")"));
}

absl::StatusOr<int64_t> ReadInteger(const DocumentValue& value, const SchemaKey& key) {
  const auto* integer = std::get_if<int64_t>(&value.data);
  if (integer == nullptr) return Bad(value, absl::StrCat("is not a whole number (", ShowRange(key), ")"));
  HOLDFAST_RETURN_IF_ERROR(CheckRange(value, key, static_cast<double>(*integer)));
  return *integer;
}

struct Unit {
  absl::string_view name;
  int64_t bytes;
};
constexpr Unit kUnits[] = {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

// "256MiB" or "256 MiB"; at most 2^30 units, so that the product fits.
std::optional<int64_t> ParseSize(absl::string_view text) {
  for (const Unit& unit : kUnits) {
    if (!absl::EndsWith(text, unit.name)) continue;
    int64_t count = 0;
    const absl::string_view digits =
        absl::StripTrailingAsciiWhitespace(text.substr(0, text.size() - unit.name.size()));
    if (!absl::SimpleAtoi(digits, &count) || count < 0 || count > (int64_t{1} << 30)) return std::nullopt;
    return count * unit.bytes;
  }
  return std::nullopt;
}

std::string ShowSize(int64_t bytes) {
  for (size_t i = std::size(kUnits); i-- > 0;) {
    if (bytes > 0 && bytes % kUnits[i].bytes == 0)
      return absl::StrCat(bytes / kUnits[i].bytes, kUnits[i].name);
  }
  return absl::StrCat(bytes);
}

bool HasControlCharacter(absl::string_view text) {
  for (char c : text) {
    if (absl::ascii_iscntrl(c)) return true;
  }
  return false;
}

}  // namespace

absl::Status ReadValue(const DocumentValue& value, const SchemaKey&, bool& out) {
  const auto* flag = std::get_if<bool>(&value.data);
  if (flag == nullptr) return Bad(value, "is not true or false");
  out = *flag;
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, int& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t integer, ReadInteger(value, key));
  out = static_cast<int>(integer);
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, uint64_t& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t integer, ReadInteger(value, key));
  out = static_cast<uint64_t>(integer);
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, int64_t& out) {
  std::optional<int64_t> bytes;
  if (const auto* integer = std::get_if<int64_t>(&value.data)) bytes = *integer;
  if (const auto* text = std::get_if<std::string>(&value.data)) bytes = ParseSize(*text);
  if (!bytes) return Bad(value, "is not a size (write \"256MiB\", or the number of bytes)");
  HOLDFAST_RETURN_IF_ERROR(CheckRange(value, key, static_cast<double>(*bytes)));
  out = *bytes;
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, double& out) {
  double number = 0;
  if (const auto* integer = std::get_if<int64_t>(&value.data)) {
    number = static_cast<double>(*integer);
  } else if (const auto* real = std::get_if<double>(&value.data)) {
    number = *real;
  } else {
    return Bad(value, absl::StrCat("is not a number (", ShowRange(key), ")"));
  }
  HOLDFAST_RETURN_IF_ERROR(CheckRange(value, key, number));
  out = number;
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, absl::Duration& out) {
  if (std::holds_alternative<int64_t>(value.data) || std::holds_alternative<double>(value.data)) {
    const std::string number = Describe(value);
    return Bad(value,
               absl::StrCat("is a duration without a unit (write \"", number, "s\" or \"", number, "m\")"));
  }
  absl::Duration duration;
  const auto* text = std::get_if<std::string>(&value.data);
  // absl takes a bare "0" for a duration; here every duration has a unit.
  if (text == nullptr || text->find_first_of("hms") == std::string::npos ||
      !absl::ParseDuration(*text, &duration)) {
    return Bad(value, "is not a duration (write \"2s\", \"5m\", \"1h30m\")");
  }
  HOLDFAST_RETURN_IF_ERROR(CheckRange(value, key, absl::ToDoubleSeconds(duration)));
  out = duration;
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey& key, std::string& out) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (key.secret &&
      (text == nullptr || text->empty() || text->size() > kMaxText || HasControlCharacter(*text))) {
    return absl::InvalidArgumentError("is not text, or too long a one (it is not shown)");
  }
  if (text == nullptr) {
    if (value.AsList() != nullptr || value.AsMap() != nullptr) return Bad(value, "is not text");
    return Bad(value, "is not text (put it in quotes)");
  }
  if (text->empty()) return Bad(value, "is empty (write a value or remove the line)");
  if (text->size() > kMaxText) return Bad(value, absl::StrCat("is longer than ", kMaxText, " bytes"));
  if (HasControlCharacter(*text)) return Bad(value, "has a line break or another control character");
  if (key.choices.empty()) {
    out = *text;
    return absl::OkStatus();
  }
  HOLDFAST_ASSIGN_OR_RETURN(const int index, ReadChoice(value, key));
  out = ShowChoice(key, index);
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey&, Uuid& out) {
  const auto* text = std::get_if<std::string>(&value.data);
  absl::StatusOr<Uuid> uuid = Uuid::Parse(text != nullptr ? *text : "");
  if (!uuid.ok()) return Bad(value, "is not a UUID (write 8-4-4-4-12 hexadecimal digits)");
  out = *uuid;
  return absl::OkStatus();
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey&, Endpoint& out) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text != nullptr && ParseEndpoint(*text, &out)) return absl::OkStatus();
  return Bad(value, "is not HOST:PORT (write \"10.0.0.1:443\" or \"[fd00::1]:443\")");
}

absl::Status ReadValue(const DocumentValue& value, const SchemaKey&, WallTime& out) {
  const auto* text = std::get_if<std::string>(&value.data);
  absl::Time time;
  // Beyond these years nanoseconds of 64 bits end.
  if (text == nullptr || !absl::ParseTime(absl::RFC3339_full, *text, &time, nullptr) ||
      time < absl::FromUnixSeconds(0) || time > absl::FromUnixSeconds(int64_t{1} << 33)) {
    return Bad(value, "is not a moment (write \"2026-11-21T22:00:00Z\" or \"2026-11-21T23:00:00+01:00\")");
  }
  out = WallTime{absl::ToUnixNanos(time)};
  return absl::OkStatus();
}

absl::StatusOr<int> ReadChoice(const DocumentValue& value, const SchemaKey& key) {
  const std::vector<absl::string_view> choices = Choices(key);
  const auto* text = std::get_if<std::string>(&value.data);
  for (size_t i = 0; text != nullptr && i < choices.size(); ++i) {
    if (absl::EqualsIgnoreCase(*text, choices[i])) return static_cast<int>(i);
  }
  return Bad(value, absl::StrCat("is not one of: ", key.choices));
}

absl::StatusOr<const DocumentValue::List*> ReadList(const DocumentValue& value, const SchemaKey& key) {
  const DocumentValue::List* list = value.AsList();
  if (list == nullptr) return Bad(value, "is not a list (write [first, second])");
  const auto size = static_cast<double>(list->size());
  if (size >= key.min && size <= key.max) return list;
  return absl::InvalidArgumentError(
      absl::StrCat("a list of ", list->size(), " is out of range (", ShowRange(key), ")"));
}

std::string ShowValue(const SchemaKey&, bool value) {
  return value ? "true" : "false";
}
std::string ShowValue(const SchemaKey&, int value) {
  return absl::StrCat(value);
}
std::string ShowValue(const SchemaKey&, int64_t value) {
  return ShowSize(value);
}
std::string ShowValue(const SchemaKey&, uint64_t value) {
  return absl::StrCat(value);
}
std::string ShowValue(const SchemaKey&, double value) {
  return absl::StrCat(value);
}
std::string ShowValue(const SchemaKey&, absl::Duration value) {
  return value == absl::ZeroDuration() ? "0s" : absl::FormatDuration(value);
}
std::string ShowValue(const SchemaKey&, const std::string& value) {
  return value;
}
std::string ShowValue(const SchemaKey&, const Uuid& value) {
  return value.ToString();
}
std::string ShowValue(const SchemaKey&, const Endpoint& value) {
  return value.host.empty() ? "" : value.ToString();
}

std::string ShowValue(const SchemaKey&, WallTime value) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(value.ns), absl::UTCTimeZone());
}

std::string ShowChoice(const SchemaKey& key, int index) {
  const std::vector<absl::string_view> choices = Choices(key);
  return index >= 0 && static_cast<size_t>(index) < choices.size() ? std::string(choices[index]) : "";
}

std::string ShowRange(const SchemaKey& key) {
  const auto min = static_cast<int64_t>(key.min), max = static_cast<int64_t>(key.max);
  switch (key.type) {
    case KeyType::kDuration:
      return absl::StrCat("between ", ShowValue(key, absl::Seconds(key.min)), " and ",
                          ShowValue(key, absl::Seconds(key.max)));
    case KeyType::kBytes:
      return absl::StrCat("between ", ShowSize(min), " and ", ShowSize(max));
    case KeyType::kInteger:
      return absl::StrCat("between ", min, " and ", max);
    case KeyType::kNumber:
      return absl::StrCat("between ", key.min, " and ", key.max);
    case KeyType::kTextList:
    case KeyType::kChoiceList:
      return absl::StrCat("between ", min, " and ", max, " entries");
    default:
      return "";
  }
}

}  // namespace holdfast
