#include "base/text/json.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace holdfast::text {
namespace {

bool NeedsEscape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

}  // namespace

JsonWriter& JsonWriter::Object() {
  Comma();
  return Begin('{');
}

JsonWriter& JsonWriter::Object(absl::string_view key) {
  Key(key);
  return Begin('{');
}

JsonWriter& JsonWriter::Array() {
  Comma();
  return Begin('[');
}

JsonWriter& JsonWriter::Array(absl::string_view key) {
  Key(key);
  return Begin('[');
}

JsonWriter& JsonWriter::Begin(char bracket) {
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  out_ += '}';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  out_ += ']';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::Text(absl::string_view key, absl::string_view value) {
  Key(key);
  Quote(value);
  return *this;
}

JsonWriter& JsonWriter::Text(absl::string_view value) {
  Comma();
  Quote(value);
  return *this;
}

JsonWriter& JsonWriter::Number(absl::string_view key, int64_t value) {
  Key(key);
  absl::StrAppend(&out_, value);
  return *this;
}

JsonWriter& JsonWriter::Number(int64_t value) {
  Comma();
  absl::StrAppend(&out_, value);
  return *this;
}

JsonWriter& JsonWriter::Bool(absl::string_view key, bool value) {
  Key(key);
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  Comma();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Real(absl::string_view key, double value) {
  Key(key);
  absl::StrAppendFormat(&out_, "%.17g", value);
  return *this;
}

JsonWriter& JsonWriter::Real(double value) {
  Comma();
  absl::StrAppendFormat(&out_, "%.17g", value);
  return *this;
}

void JsonWriter::Key(absl::string_view key) {
  Comma();
  Quote(key);
  out_ += ':';
}

void JsonWriter::Quote(absl::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    const size_t plain = std::find_if(text.begin(), text.end(), NeedsEscape) - text.begin();
    out_.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else {
      absl::StrAppendFormat(&out_, "\\u%04x", static_cast<unsigned>(c));
    }
    text.remove_prefix(1);
  }
  out_ += '"';
}

void JsonWriter::Comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

}  // namespace holdfast::text
