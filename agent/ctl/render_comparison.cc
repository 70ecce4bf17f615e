#include "agent/ctl/render_comparison.h"

#include "absl/strings/str_cat.h"
#include "agent/ctl/parse_output.h"
#include "base/text/table.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

using profiles::ChangeKind;
using profiles::Comparison;
using profiles::Effect;
using profiles::KeyChange;
using profiles::PayloadChange;
using text::Cell;
using text::Style;

Cell Mark(ChangeKind kind) {
  if (kind == ChangeKind::kAdded) return Cell("+", Style::kGreen);
  if (kind == ChangeKind::kRemoved) return Cell("-", Style::kRed);
  return Cell(kind == ChangeKind::kRetyped ? "!" : "~", Style::kYellow);
}

void AddKeys(const std::vector<KeyChange>& keys, text::Table& table) {
  for (const KeyChange& key : keys) table.AddRow({Mark(key.kind), key.path, key.before, key.after});
}

std::string Called(const PayloadChange& payload) {
  return payload.name.empty() ? payload.identifier : payload.name;
}

text::Table Changes(std::string title) {
  return text::Table({{" "},
                      {std::move(title), text::Align::kLeft, true, 16},
                      {"BEFORE", text::Align::kLeft, true, 8},
                      {"AFTER", text::Align::kLeft, true, 8}});
}

void WriteKeys(text::JsonWriter& json, absl::string_view name, const std::vector<KeyChange>& keys) {
  json.Array(name);
  for (const KeyChange& key : keys) {
    json.Object().Text("key", text::Printable(key.path)).Text("change", ChangeName(key.kind));
    if (key.secret) json.Bool("secret", true);
    if (key.kind != ChangeKind::kAdded && !key.secret) json.Text("before", text::Printable(key.before));
    if (key.kind != ChangeKind::kRemoved && !key.secret) json.Text("after", text::Printable(key.after));
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string RenderChanges(const Comparison& comparison, const text::Terminal& terminal) {
  std::string out;
  if (!comparison.profile.empty()) {
    text::Table table = Changes("PROFILE");
    AddKeys(comparison.profile, table);
    out += table.Render(terminal);
  }
  for (const PayloadChange& payload : comparison.payloads) {
    text::Table table = Changes(absl::StrCat(payload.type, " '", Called(payload), "'"));
    if (payload.keys.empty()) {
      table.AddRow({Mark(payload.kind), absl::StrCat("the payload ", payload.identifier), "", ""});
    }
    AddKeys(payload.keys, table);
    out += table.Render(terminal);
  }
  return out;
}

std::string RenderNotes(const Comparison& comparison) {
  std::string out;
  for (const std::string& note : comparison.same_meaning) {
    absl::StrAppend(&out, "Means the same: ", text::Printable(note), ".\n");
  }
  if (comparison.secrets_skipped > 0) {
    absl::StrAppend(&out, "Not compared: ", comparison.secrets_skipped, " secrets.\n");
  }
  for (const Effect& effect : comparison.effects) {
    absl::StrAppend(&out, effect.known ? "On a Mac: " : "On a Mac (expected, not checked on one): ",
                    text::Printable(effect.text), ".\n");
  }
  return out;
}

void WriteComparison(text::JsonWriter& json, const Comparison& comparison) {
  json.Bool("same_meaning", comparison.same());
  WriteKeys(json, "profile", comparison.profile);
  json.Array("payloads");
  for (const PayloadChange& payload : comparison.payloads) {
    json.Object().Text("change", ChangeName(payload.kind));
    Put(json, "type", payload.type);
    Put(json, "identifier", payload.identifier);
    Put(json, "name", payload.name);
    WriteKeys(json, "keys", payload.keys);
    json.EndObject();
  }
  json.EndArray().Array("notes");
  for (const std::string& note : comparison.same_meaning) json.Text(text::Printable(note));
  json.EndArray().Array("effects");
  for (const Effect& effect : comparison.effects) {
    json.Object().Text("code", effect.code).Text("text", text::Printable(effect.text));
    json.Bool("known", effect.known).EndObject();
  }
  json.EndArray().Number("secrets_not_compared", static_cast<int64_t>(comparison.secrets_skipped));
}

}  // namespace holdfast::ctl
