#include "profiles/plist/write.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "profiles/plist/utf8.h"

namespace holdfast::plist {
namespace {

constexpr absl::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n";

bool HasControlCharacter(absl::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == '\x7f') return true;
  }
  return false;
}

class Writer {
 public:
  absl::Status Write(const Value& value, const std::string& path, int depth) {
    if (const auto* dict = value.As<Dict>()) return WriteDict(*dict, path, depth);
    if (const auto* array = value.As<Array>()) return WriteArray(*array, path, depth);
    if (const auto* flag = value.As<bool>()) return Line(depth, *flag ? "<true/>" : "<false/>");
    if (const auto* number = value.As<int64_t>()) return Element(depth, "integer", absl::StrCat(*number));
    if (const auto* data = value.As<Data>()) {
      return Element(depth, "data", absl::Base64Escape(data->bytes));
    }
    if (const auto* date = value.As<Date>()) {
      return Element(depth, "date",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(date->unix_seconds),
                                      absl::UTCTimeZone()));
    }
    if (const auto* real = value.As<double>()) {
      if (!std::isfinite(*real)) return Refuse(path, "a number that is not finite");
      // 17 digits name every double.
      return Element(depth, "real", absl::StrFormat("%.17g", *real));
    }
    if (const auto* text = value.As<std::string>()) {
      HOLDFAST_ASSIGN_OR_RETURN(const std::string escaped, Escaped(*text, path));
      return Element(depth, "string", escaped);
    }
    return Refuse(path, value.TypeName());
  }

  std::string Take() { return std::move(out_); }

 private:
  static absl::Status Refuse(const std::string& path, absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("writing a property list: ", path.empty() ? "its root" : path, " is ", what,
                     ", which XML cannot hold"));
  }

  static absl::StatusOr<std::string> Escaped(absl::string_view text, const std::string& path) {
    if (FirstInvalidUtf8(text) != absl::string_view::npos) return Refuse(path, "no UTF-8");
    if (HasControlCharacter(text)) return Refuse(path, "text with control characters");
    return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
  }

  absl::Status WriteDict(const Dict& dict, const std::string& path, int depth) {
    if (dict.entries().empty()) return Line(depth, "<dict/>");
    Indent(depth) += "<dict>\n";
    for (const Entry& entry : dict.entries()) {
      const std::string below = path.empty() ? entry.key : absl::StrCat(path, ".", entry.key);
      HOLDFAST_ASSIGN_OR_RETURN(const std::string key, Escaped(entry.key, below));
      HOLDFAST_RETURN_IF_ERROR(Element(depth + 1, "key", key));
      HOLDFAST_RETURN_IF_ERROR(Write(entry.value, below, depth + 1));
    }
    return Line(depth, "</dict>");
  }

  absl::Status WriteArray(const Array& array, const std::string& path, int depth) {
    if (array.empty()) return Line(depth, "<array/>");
    Indent(depth) += "<array>\n";
    for (size_t i = 0; i < array.size(); ++i) {
      HOLDFAST_RETURN_IF_ERROR(Write(array[i], absl::StrCat(path, "[", i, "]"), depth + 1));
    }
    return Line(depth, "</array>");
  }

  std::string& Indent(int depth) {
    out_.append(static_cast<size_t>(depth), '\t');
    return out_;
  }
  absl::Status Line(int depth, absl::string_view text) {
    absl::StrAppend(&Indent(depth), text, "\n");
    return absl::OkStatus();
  }
  absl::Status Element(int depth, absl::string_view name, absl::string_view escaped) {
    return Line(depth, absl::StrCat("<", name, ">", escaped, "</", name, ">"));
  }

  std::string out_{kHead};
};

}  // namespace

absl::StatusOr<std::string> WriteXml(const Value& root) {
  Writer writer;
  HOLDFAST_RETURN_IF_ERROR(writer.Write(root, "", 0));
  return writer.Take() + "</plist>\n";
}

}  // namespace holdfast::plist
