// A JSON writer, as much as the program's own documents need: objects and arrays of texts, numbers and
// booleans, in the order they are written. Keys and texts must be UTF-8.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::text {

class JsonWriter {
 public:
  JsonWriter() { out_.reserve(512); }  // most sections: written at each Sync

  JsonWriter& Object();  // begins one; as an array's element
  JsonWriter& Array();
  JsonWriter& Object(absl::string_view key);
  JsonWriter& Array(absl::string_view key);
  JsonWriter& EndObject();
  JsonWriter& EndArray();
  JsonWriter& Text(absl::string_view key, absl::string_view value);
  JsonWriter& Number(absl::string_view key, int64_t value);
  JsonWriter& Bool(absl::string_view key, bool value);
  JsonWriter& Real(absl::string_view key, double value);  // finite
  // An array's elements.
  JsonWriter& Text(absl::string_view value);
  JsonWriter& Number(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Real(double value);
  std::string Take() { return std::move(out_); }

 private:
  JsonWriter& Begin(char bracket);
  void Key(absl::string_view key);
  void Quote(absl::string_view text);
  void Comma();

  std::string out_;
  bool first_ = true;
};

}  // namespace holdfast::text
