#include "base/text/json.h"

#include "base/text/width.h"
#include "profiles/lint/output/output.h"

namespace holdfast::lint {
namespace {

using text::JsonWriter;
using text::Printable;

void WritePlace(const Place& place, JsonWriter& json) {
  json.Text("file", Printable(place.file)).Number("line", place.line).Text("key", Printable(place.key_path));
}

}  // namespace

void WriteFinding(const Finding& finding, JsonWriter& json) {
  json.Object().Text("rule", finding.rule->id).Text("severity", SeverityName(finding.severity));
  WritePlace(finding.place, json);
  json.Text("profile", Printable(finding.profile))
      .Text("payloadType", Printable(finding.payload_type))
      .Text("subject", Printable(finding.subject))
      .Text("what", Printable(finding.what))
      .Text("why", finding.rule->why)
      .Text("fix", Printable(finding.fix))
      .Text("reference", finding.rule->reference);
  json.Array("related");
  for (const Place& other : finding.related) {
    json.Object();
    WritePlace(other, json);
    json.EndObject();
  }
  json.EndArray();
  if (!finding.allowed_because.empty()) json.Text("allowedBecause", Printable(finding.allowed_because));
  json.EndObject();
}

std::string RenderJson(const Report& report) {
  JsonWriter json;
  json.Object()
      .Number("files", static_cast<int64_t>(report.files))
      .Number("errors", static_cast<int64_t>(report.Count(Severity::kError)))
      .Number("warnings", static_cast<int64_t>(report.Count(Severity::kWarning)))
      .Number("infos", static_cast<int64_t>(report.Count(Severity::kInfo)))
      .Number("allowed", static_cast<int64_t>(report.silenced()))
      .Array("findings");
  for (const Finding& finding : report.findings) WriteFinding(finding, json);
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

}  // namespace holdfast::lint
