#include "agent/ctl/parse_output.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

constexpr size_t kMostOdd = 20;

std::string CountsJson(const Counts& counts) {
  text::JsonWriter json;
  json.Object();
  for (const auto& [name, count] : counts) {
    json.Number(absl::StrReplaceAll(name, {{" ", "_"}}), static_cast<int64_t>(count));
  }
  return json.EndObject().Take();
}

std::string OddJson(const std::vector<parse::OddLine>& odd) {
  text::JsonWriter json;
  json.Array();
  for (const parse::OddLine& line : odd) {
    json.Object();
    if (line.line > 0) json.Number("line", static_cast<int64_t>(line.line));
    json.Text("text", text::Printable(line.text));
    json.EndObject();
  }
  return json.EndArray().Take();
}

std::string Words(const Counts& counts) {
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& count) {
    absl::StrAppend(out, count.first, ": ", count.second);
  });
}

}  // namespace

void Put(text::JsonWriter& json, absl::string_view key, absl::string_view text) {
  if (!text.empty()) json.Text(key, text::Printable(text));
}

void Put(text::JsonWriter& json, absl::string_view key, std::optional<int> number) {
  if (number) json.Number(key, *number);
}

ParseOutput::ParseOutput(absl::string_view kind, bool json, const Io& io) : json_(json), io_(io) {
  if (json_) io_.out << "{\"kind\": \"" << kind << "\",\n\"facts\": [";
}

void ParseOutput::Element(const std::string& json) {
  io_.out << (first_ ? "\n" : ",\n") << json;
  first_ = false;
}

void ParseOutput::Text(absl::string_view text) {
  if (!json_) io_.out << text;
}

void ParseOutput::End(const Counts& counts, const std::vector<parse::OddLine>& odd) {
  if (json_) {
    io_.out << "\n],\n\"counts\": " << CountsJson(counts) << ",\n\"unrecognised\": " << OddJson(odd) << "}\n";
    return;
  }
  io_.out << Words(counts) << "\n";
  if (odd.empty()) return;
  io_.out << "Not recognised:\n";
  for (size_t i = 0; i < odd.size() && i < kMostOdd; ++i) {
    io_.out << "  " << (odd[i].line > 0 ? absl::StrCat("line ", odd[i].line, ": ") : "")
            << text::Printable(odd[i].text) << "\n";
  }
  if (odd.size() > kMostOdd) io_.out << "  and " << odd.size() - kMostOdd << " more; --json lists them all\n";
}

}  // namespace holdfast::ctl
