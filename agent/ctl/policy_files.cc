#include "agent/ctl/policy_files.h"

#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/table.h"
#include "base/text/width.h"
#include "core/policy/diff.h"
#include "core/policy/parse.h"
#include "profiles/preferences/preferences.h"
#include "proto/wire/json.h"

namespace holdfast::ctl {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using text::Cell;
using text::Style;

struct Review {
  std::string file;
  PolicyReview policy;
};

// What is wrong with a text that is no document at all is its one problem.
Review ReviewText(const std::string& file, const std::string& bytes) {
  Position at;
  absl::StatusOr<Document> document = profiles::ReadPolicyDocument(bytes, file, &at);
  if (document.ok()) return {file, ReviewPolicy(*std::move(document))};
  absl::string_view what = document.status().message();
  for (const std::string& place : {absl::StrCat(file, ":", at.line, ": "), absl::StrCat(file, ": ")}) {
    if (absl::ConsumePrefix(&what, place)) break;
  }
  Review review{file, {}};
  review.policy.problems.push_back({true, at, "", std::string(what)});
  return review;
}

Struct Json(const Problem& problem) {
  Struct out;
  auto& fields = *out.mutable_fields();
  fields["severity"].set_string_value(problem.error ? "error" : "warning");
  fields["line"].set_number_value(problem.at.line);
  fields["column"].set_number_value(problem.at.column);
  fields["key"].set_string_value(problem.path);
  fields["message"].set_string_value(problem.what);
  return out;
}

Struct Json(const Review& review) {
  Struct out;
  auto& fields = *out.mutable_fields();
  fields["file"].set_string_value(review.file);
  fields["valid"].set_bool_value(review.policy.valid());
  ListValue* problems = fields["problems"].mutable_list_value();
  for (const Problem& problem : review.policy.problems) {
    *problems->add_values()->mutable_struct_value() = Json(problem);
  }
  return out;
}

Failure PrintList(const Io& io, const ListValue& list) {
  const absl::StatusOr<std::string> json = wire::ToJson(list);
  if (!json.ok()) return json.status();
  io.out << *json;
  return {};
}

// "policy.yaml:12:9: error: wake.grace: ..."
void Print(const Io& io, const Review& review) {
  for (const Problem& problem : review.policy.problems) {
    io.out << text::Printable(review.file);
    if (problem.at.line > 0) io.out << ":" << problem.at.line << ":" << problem.at.column;
    io.out << ": " << (problem.error ? "error" : "warning") << ": ";
    if (!problem.path.empty()) io.out << text::Printable(problem.path) << ": ";
    io.out << text::Printable(problem.what) << "\n";
  }
  if (review.policy.problems.empty()) {
    io.out << text::Printable(review.file) << ": a valid policy, version "
           << review.policy.parsed.policy.version << "\n";
  }
}

bool Fails(const Review& review, bool strict) {
  return !review.policy.valid() || (strict && !review.policy.problems.empty());
}

absl::StatusOr<ParsedPolicy> ReadPolicy(const std::string& file) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file, kMaxDocumentBytes));
  HOLDFAST_ASSIGN_OR_RETURN(Document document, profiles::ReadPolicyDocument(bytes, file));
  return ResolvePolicy({{std::move(document), PolicySource::kFile, file}});
}

absl::string_view KindName(KeyDifference::Kind kind) {
  switch (kind) {
    case KeyDifference::Kind::kAdded:
      return "added";
    case KeyDifference::Kind::kRemoved:
      return "removed";
    case KeyDifference::Kind::kChanged:
      break;
  }
  return "changed";
}

Struct Json(const KeyDifference& difference) {
  Struct out;
  auto& fields = *out.mutable_fields();
  fields["key"].set_string_value(difference.path);
  fields["change"].set_string_value(std::string(KindName(difference.kind)));
  for (const auto& [name, side] : {std::pair("before", &difference.before), {"after", &difference.after}}) {
    if (!*side) continue;
    auto& value = *fields[name].mutable_struct_value()->mutable_fields();
    value["value"].set_string_value((*side)->value);
    value["default"].set_bool_value((*side)->is_default);
  }
  return out;
}

std::string Show(const std::optional<KeyDifference::Side>& side) {
  if (!side) return "";
  return side->is_default ? absl::StrCat(side->value, " (default)") : side->value;
}

void Print(const Io& io, const std::vector<KeyDifference>& differences) {
  if (differences.empty()) {
    io.out << "No difference.\n";
    return;
  }
  text::Table table({{" "},
                     {"KEY", text::Align::kLeft, true, 16},
                     {"BEFORE", text::Align::kLeft, true, 8},
                     {"AFTER", text::Align::kLeft, true, 8}});
  for (const KeyDifference& d : differences) {
    const bool added = d.kind == KeyDifference::Kind::kAdded,
               removed = d.kind == KeyDifference::Kind::kRemoved;
    table.AddRow({Cell(added     ? "+"
                       : removed ? "-"
                                 : "~",
                       added     ? Style::kGreen
                       : removed ? Style::kRed
                                 : Style::kYellow),
                  d.path, Show(d.before), Show(d.after)});
  }
  io.out << table.Render(io.terminal);
}

}  // namespace

Failure LintPolicies(const Io& io, bool json, const LintOptions& options) {
  ListValue list;
  Failure failure;
  for (const std::string& file : options.files) {
    const absl::StatusOr<std::string> bytes = ReadFile(file, kMaxDocumentBytes);
    if (!bytes.ok()) return {ExitCode::kUsage, bytes.status()};
    const Review review = ReviewText(file, *bytes);
    if (Fails(review, options.strict)) failure = {ExitCode::kFailed, absl::OkStatus()};
    if (json) {
      *list.add_values()->mutable_struct_value() = Json(review);
    } else {
      Print(io, review);
    }
  }
  if (json) {
    if (Failure printed = PrintList(io, list); !printed.ok()) return printed;
  }
  return failure;
}

Failure DiffPolicyFiles(const Io& io, bool json, const std::string& before, const std::string& after) {
  const absl::StatusOr<ParsedPolicy> a = ReadPolicy(before), b = ReadPolicy(after);
  for (const auto* read : {&a, &b}) {
    if (!read->ok()) return {ExitCode::kUsage, read->status()};
  }
  const std::vector<KeyDifference> differences = DiffPolicies(*a, *b);
  if (json) {
    ListValue list;
    for (const KeyDifference& d : differences) *list.add_values()->mutable_struct_value() = Json(d);
    if (Failure printed = PrintList(io, list); !printed.ok()) return printed;
  } else {
    Print(io, differences);
  }
  if (differences.empty()) return {};
  return {ExitCode::kFailed, absl::OkStatus()};
}

}  // namespace holdfast::ctl
