#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/text/json.h"
#include "base/text/width.h"
#include "profiles/lint/output/output.h"

namespace holdfast::lint {
namespace {

using text::JsonWriter;
using text::Printable;

constexpr char kSchema[] = "https://json.schemastore.org/sarif-2.1.0.json";

// SARIF has no word "info".
absl::string_view Level(Severity severity) {
  return severity == Severity::kInfo ? "note" : SeverityName(severity);
}

// A path as a URI reference: what is not plain is percent-encoded.
std::string Uri(absl::string_view path) {
  constexpr absl::string_view kPlain = "-._~/";
  std::string uri;
  for (const unsigned char c : path) {
    const bool plain = absl::ascii_isalnum(c) || kPlain.find(static_cast<char>(c)) != absl::string_view::npos;
    if (plain) {
      uri.push_back(static_cast<char>(c));
    } else {
      constexpr char kHex[] = "0123456789ABCDEF";
      uri.append({'%', kHex[c >> 4], kHex[c & 15]});
    }
  }
  return uri;
}

void WriteText(absl::string_view key, absl::string_view text, JsonWriter& json) {
  json.Object(key).Text("text", text).EndObject();
}

void WriteRule(const Rule& rule, JsonWriter& json) {
  json.Object().Text("id", rule.id);
  WriteText("shortDescription", rule.title, json);
  WriteText("fullDescription", rule.why, json);
  WriteText("help", absl::StrCat("Fix: ", rule.fix, ". Source: ", rule.reference, "."), json);
  json.Object("defaultConfiguration").Text("level", Level(rule.severity)).EndObject().EndObject();
}

void WriteLocation(const Place& place, JsonWriter& json) {
  json.Object()
      .Object("physicalLocation")
      .Object("artifactLocation")
      .Text("uri", Uri(place.file))
      .EndObject();
  if (place.line != 0) json.Object("region").Number("startLine", place.line).EndObject();
  json.EndObject();
  if (!place.key_path.empty()) {
    json.Array("logicalLocations")
        .Object()
        .Text("fullyQualifiedName", Printable(place.key_path))
        .EndObject()
        .EndArray();
  }
  json.EndObject();
}

void WriteResult(const Finding& finding, int64_t index, JsonWriter& json) {
  json.Object()
      .Text("ruleId", finding.rule->id)
      .Number("ruleIndex", index)
      .Text("level", Level(finding.severity));
  WriteText("message",
            absl::StrCat(Printable(finding.subject), ": ", Printable(finding.what),
                         ". Fix: ", Printable(finding.fix), "."),
            json);
  json.Array("locations");
  WriteLocation(finding.place, json);
  json.EndArray();
  if (!finding.related.empty()) {
    json.Array("relatedLocations");
    for (const Place& other : finding.related) WriteLocation(other, json);
    json.EndArray();
  }
  if (!finding.allowed_because.empty()) {
    json.Array("suppressions")
        .Object()
        .Text("kind", "external")
        .Text("justification", Printable(finding.allowed_because))
        .EndObject()
        .EndArray();
  }
  json.EndObject();
}

}  // namespace

std::string RenderSarif(const Report& report, absl::Span<const RuleGroup* const> groups,
                        absl::string_view version) {
  JsonWriter json;
  std::map<absl::string_view, int64_t> indices;
  json.Object().Text("$schema", kSchema).Text("version", "2.1.0").Array("runs").Object();
  json.Object("tool").Object("driver").Text("name", "holdfastctl").Text("version", version).Array("rules");
  for (const RuleGroup* group : groups) {
    for (const Rule* rule : group->rules) {
      indices.emplace(rule->id, static_cast<int64_t>(indices.size()));
      WriteRule(*rule, json);
    }
  }
  json.EndArray().EndObject().EndObject().Array("results");
  for (const Finding& finding : report.findings) WriteResult(finding, indices[finding.rule->id], json);
  json.EndArray().EndObject().EndArray().EndObject();
  return json.Take() + "\n";
}

}  // namespace holdfast::lint
