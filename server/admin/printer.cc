#include "server/admin/printer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace holdfast::admin {
namespace {

std::string FormatIn(const google::protobuf::Timestamp& t, bool local, absl::string_view utc_format,
                     absl::string_view local_format) {
  if (t.seconds() == 0 && t.nanos() == 0) return "";
  const absl::Time time = absl::FromUnixSeconds(t.seconds()) + absl::Nanoseconds(t.nanos());
  return local ? absl::FormatTime(local_format, time, absl::LocalTimeZone())
               : absl::FormatTime(utc_format, time, absl::UTCTimeZone());
}

std::string CsvValue(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  return absl::StrCat("\"", absl::StrReplaceAll(value, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string HumanTime(const google::protobuf::Timestamp& t, bool local) {
  return FormatIn(t, local, "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%d %H:%M:%S%Ez");
}

std::string ExactTime(const google::protobuf::Timestamp& t, bool local) {
  return FormatIn(t, local, "%Y-%m-%dT%H:%M:%E3SZ", "%Y-%m-%dT%H:%M:%E3S%Ez");
}

std::string CsvLine(const std::vector<std::string>& values) {
  const auto quoted = [](std::string* out, const std::string& value) { out->append(CsvValue(value)); };
  return absl::StrJoin(values, ",", quoted) + "\n";
}

std::string Printer::CsvName(const std::string& header) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(header), {{" ", "_"}});
}

void Printer::Json(const google::protobuf::Message& message, wire::JsonLayout layout) const {
  Text(wire::ToJson(message, layout).value_or("{}\n"));  // a server sends no times that JSON cannot say
}

void Printer::Note(const std::string& text) const {
  if (format_ == Format::kTable) Text(text + "\n");
}

void Printer::Fields(const std::vector<std::pair<std::string, text::Cell>>& fields) const {
  Text(text::RenderFields(fields, terminal_));
}

}  // namespace holdfast::admin
