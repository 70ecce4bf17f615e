#include "server/service/inventory_csv.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/text/width.h"

namespace holdfast::server {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kColumns = 3;

absl::Status Wrong(int line, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("importing the inventory: line ", line, ": ", why, "; nothing was imported"));
}

// Reads records one after another. A record's number is that of the line on which it begins.
class Reader {
 public:
  explicit Reader(absl::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  int line() const { return line_; }

  absl::StatusOr<std::vector<std::string>> Next() {
    line_ = next_line_;
    std::vector<std::string> fields;
    while (true) {
      HOLDFAST_ASSIGN_OR_RETURN(std::string field, Field());
      fields.emplace_back(absl::StripAsciiWhitespace(field));
      if (!absl::ConsumePrefix(&rest_, ",")) break;
    }
    if (!absl::ConsumePrefix(&rest_, "\r\n") && !absl::ConsumePrefix(&rest_, "\n") &&
        !absl::ConsumePrefix(&rest_, "\r") && !rest_.empty()) {
      return Wrong(line_, "after a closing quote there must be a comma or the line's end");
    }
    ++next_line_;
    return fields;
  }

 private:
  absl::StatusOr<std::string> Field() {
    if (absl::ConsumePrefix(&rest_, "\"")) return Quoted();
    const size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    std::string field(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return field;
  }
  // Two quotes are one; a line break is part of the field.
  absl::StatusOr<std::string> Quoted() {
    std::string field;
    while (true) {
      const size_t end = rest_.find('"');
      if (end == rest_.npos) return Wrong(line_, "a quote is opened and never closed");
      next_line_ += static_cast<int>(absl::c_count(rest_.substr(0, end), '\n'));
      absl::StrAppend(&field, rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
      if (!absl::ConsumePrefix(&rest_, "\"")) return field;
      field.push_back('"');
    }
  }

  absl::string_view rest_;
  int line_ = 0, next_line_ = 1;
};

bool IsHeader(const std::vector<std::string>& fields) {
  const std::string first = absl::AsciiStrToLower(fields[0]);
  return first == "serial" || first == "serial_number" || first == "serial number";
}

absl::Status CheckHeader(const std::vector<std::string>& fields, int line) {
  constexpr absl::string_view kNames[] = {"", "name", "group"};
  for (size_t i = 1; i < fields.size(); ++i) {
    if (i < kColumns && absl::AsciiStrToLower(fields[i]) == kNames[i]) continue;
    return Wrong(line, absl::StrCat("the header's column ", i + 1, " is \"", text::Printable(fields[i]),
                                    "\"; the columns are serial, name, group, in this order"));
  }
  return absl::OkStatus();
}

absl::Status CheckText(const std::string& text, absl::string_view what, int line) {
  if (text.size() > kLongestInventoryText) {
    return Wrong(line, absl::StrCat("the ", what, " is longer than ", kLongestInventoryText, " bytes"));
  }
  if (text::Printable(text) == text) return absl::OkStatus();
  return Wrong(line, absl::StrCat("the ", what, " has control characters or is not UTF-8"));
}

absl::StatusOr<fleet::InventoryEntry> EntryOf(std::vector<std::string> fields, int line) {
  if (fields.size() > kColumns) {
    return Wrong(line, absl::StrCat("it has ", fields.size(),
                                    " columns: serial, name and group are all; quote a name with a comma"));
  }
  fields.resize(kColumns);
  fleet::InventoryEntry entry{std::move(fields[0]), std::move(fields[1]), std::move(fields[2]), {}};
  if (entry.serial_number.empty()) return Wrong(line, "the serial number is empty");
  if (entry.serial_number.size() > kLongestSerial ||
      !absl::c_all_of(entry.serial_number, [](unsigned char c) { return absl::ascii_isprint(c); })) {
    return Wrong(line, absl::StrCat("\"", text::Printable(entry.serial_number).substr(0, kLongestSerial),
                                    "\" is no serial number: 1 to ", kLongestSerial,
                                    " letters, digits and signs of ASCII; columns are separated by commas"));
  }
  HOLDFAST_RETURN_IF_ERROR(CheckText(entry.name, "name", line));
  HOLDFAST_RETURN_IF_ERROR(CheckText(entry.group, "group", line));
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<fleet::InventoryEntry>> ParseInventory(absl::string_view csv) {
  absl::ConsumePrefix(&csv, kByteOrderMark);
  Reader reader(csv);
  std::vector<fleet::InventoryEntry> entries;
  std::map<std::string, int> lines;  // of serial numbers
  bool header = false;
  while (!reader.done()) {
    HOLDFAST_ASSIGN_OR_RETURN(std::vector<std::string> fields, reader.Next());
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (entries.empty() && !header && IsHeader(fields)) {
      HOLDFAST_RETURN_IF_ERROR(CheckHeader(fields, reader.line()));
      header = true;
      continue;
    }
    HOLDFAST_ASSIGN_OR_RETURN(fleet::InventoryEntry entry, EntryOf(std::move(fields), reader.line()));
    const auto [known, added] = lines.try_emplace(absl::AsciiStrToUpper(entry.serial_number), reader.line());
    if (!added) {
      return Wrong(reader.line(), absl::StrCat("the serial number ", entry.serial_number, " stands on line ",
                                               known->second, " already"));
    }
    entries.push_back(std::move(entry));
  }
  if (!entries.empty() || header) return entries;
  return absl::InvalidArgumentError(
      "importing the inventory: there is no serial number in it; a line with only the header \"serial\" "
      "empties "
      "the inventory; nothing was imported");
}

}  // namespace holdfast::server
