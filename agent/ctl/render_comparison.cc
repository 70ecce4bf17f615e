#include "agent/ctl/render_comparison.h"

#include "absl/strings/str_cat.h"
#include "agent/ctl/parse_output.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

using profiles::ChangeKind;
using profiles::Comparison;
using profiles::Effect;
using profiles::KeyChange;
using profiles::PayloadChange;
using text::Style;

std::string Mark(ChangeKind kind, const text::Terminal& terminal) {
  if (kind == ChangeKind::kAdded) return text::Styled("+", Style::kGreen, terminal);
  if (kind == ChangeKind::kRemoved) return text::Styled("-", Style::kRed, terminal);
  return text::Styled(kind == ChangeKind::kRetyped ? "!" : "~", Style::kYellow, terminal);
}

// "  ~ IKEv2.MTU: 1300 -> 1400", on lines of their own where they are long.
std::string Line(const KeyChange& key, const text::Terminal& terminal) {
  constexpr size_t kLong = 70;
  const std::string before = text::Printable(key.before), after = text::Printable(key.after);
  std::string out = absl::StrCat("  ", Mark(key.kind, terminal), " ", text::Printable(key.path));
  if (key.kind == ChangeKind::kAdded) return absl::StrCat(out, ": ", after, "\n");
  if (key.kind == ChangeKind::kRemoved) return absl::StrCat(out, ": ", before, "\n");
  if (key.secret) return absl::StrCat(out, ": another secret, which is not shown\n");
  const bool breaks = before.size() + after.size() > kLong;
  return absl::StrCat(out, ":", breaks ? "\n      " : " ", before, breaks ? "\n   -> " : " -> ", after, "\n");
}

std::string Lines(const std::vector<KeyChange>& keys, const text::Terminal& terminal) {
  std::string out;
  for (const KeyChange& key : keys) out += Line(key, terminal);
  return out;
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
    absl::StrAppend(&out, "the profile itself\n", Lines(comparison.profile, terminal));
  }
  for (const PayloadChange& payload : comparison.payloads) {
    const std::string& name = payload.name.empty() ? payload.identifier : payload.name;
    absl::StrAppend(&out, text::Printable(payload.type), " '", text::Printable(name), "'\n");
    if (payload.kind == ChangeKind::kChanged) {
      out += Lines(payload.keys, terminal);
    } else {
      absl::StrAppend(&out, "  ", Mark(payload.kind, terminal), " the payload ",
                      text::Printable(payload.identifier), "\n");
    }
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
