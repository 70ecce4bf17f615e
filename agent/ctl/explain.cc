#include "agent/ctl/explain.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/ctl/explain_facts.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/json.h"
#include "base/text/table.h"
#include "base/text/width.h"
#include "core/flow/flow.h"

namespace holdfast::ctl {
namespace {

using text::Cell;
using text::Style;

absl::StatusOr<FlowFacts> FromFile(const std::string& file) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
  const absl::StatusOr<parse::NePreferences> read = parse::ReadNePreferences(bytes);
  if (!read.ok()) return Annotate(read.status(), absl::StrCat("reading '", file, "'"));
  return FactsOf(*read, file);
}

Failure Facts(const ExplainOptions& options, const std::function<Failure(v1::GetStatusResponse*)>& ask,
              FlowFacts& facts, std::string& missing) {
  if (!options.preferences.empty()) {
    absl::StatusOr<FlowFacts> file = FromFile(options.preferences);
    if (!file.ok()) return {ExitCode::kUsage, Annotate(file.status(), "explain")};
    facts = *std::move(file);
    return {};
  }
  v1::GetStatusResponse status;
  if (Failure failure = ask(&status); !failure.ok()) {
    if (failure.code() != ExitCode::kNotRunning) return failure;
    return {failure.code(), absl::UnavailableError(absl::StrCat(
                                failure.status().message(),
                                "; without it give --preferences with Network Extension's file"))};
  }
  facts = FactsOf(status);
  // Of this Mac: root may read it.
  if (absl::StatusOr<FlowFacts> file = FromFile(parse::kNePreferencesPath); file.ok()) {
    AddRules(*std::move(file), facts);
  } else {
    missing =
        "per-app VPNs, rules of On Demand, exceptions and split DNS: they are in Network Extension's "
        "preferences, which only root on a Mac may read (or give --preferences)";
  }
  return {};
}

std::string Json(const Flow& flow, const FlowFacts& facts, const FlowAnswer& answer) {
  text::JsonWriter json;
  json.Object().Text("app", flow.app).Text("host", flow.host);
  if (flow.port) json.Number("port", *flow.port);
  json.Text("carrier", answer.carrier)
      .Bool("certain", answer.certain)
      .Text("sources", absl::StrJoin(facts.sources, ", "));
  json.Array("steps");
  for (const FlowStep& step : answer.steps) {
    json.Object().Text("layer", FlowLayerName(step.layer)).Text("part", FlowPartName(step.part));
    json.Text("name", step.name).Text("why", step.why).Text("source", step.source).EndObject();
  }
  json.EndArray().Array("unknown");
  for (const std::string& what : answer.unknown) json.Object().Text("what", what).EndObject();
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

Style StyleOf(FlowPart part) {
  switch (part) {
    case FlowPart::kCarries:
    case FlowPart::kWouldStart:
      return Style::kGreen;
    case FlowPart::kMayCarry:
    case FlowPart::kMaySee:
    case FlowPart::kMayStart:
      return Style::kYellow;
    default:
      return Style::kPlain;
  }
}

void Print(const FlowFacts& facts, const FlowAnswer& answer, const Io& io) {
  io.out << text::RenderFields({{"Carried by", Cell(answer.carrier, Style::kBold)},
                                {"Certain", Cell(answer.certain ? "yes, as far as what is below is right"
                                                                : "no: it depends on what is not known")},
                                {"Derived from", Cell(absl::StrJoin(facts.sources, ", "))}},
                               io.terminal);
  if (!answer.steps.empty()) {
    text::Table table({{"WHAT"},
                       {"DOES IT"},
                       {"NAME", text::Align::kLeft, true, 12, 0, true},
                       {"WHY", text::Align::kLeft, true, 24, 0, true},
                       {"FROM", text::Align::kLeft, true, 10, 1}});
    for (const FlowStep& step : answer.steps) {
      table.AddRow({std::string(FlowLayerName(step.layer)),
                    Cell(std::string(FlowPartName(step.part)), StyleOf(step.part)), step.name, step.why,
                    step.source});
    }
    io.out << "\n" << table.Render(io.terminal);
  }
  if (!answer.unknown.empty()) io.out << "\nNot known:\n";
  for (const std::string& what : answer.unknown) io.out << "  - " << text::Printable(what) << "\n";
}

}  // namespace

Failure Explain(const ExplainOptions& options, bool json,
                const std::function<Failure(v1::GetStatusResponse*)>& ask, const Io& io) {
  const absl::StatusOr<Flow> flow = MakeFlow(options.app, options.host);
  if (!flow.ok()) return {ExitCode::kUsage, Annotate(flow.status(), "explain")};
  FlowFacts facts;
  std::string missing;
  if (Failure failure = Facts(options, ask, facts, missing); !failure.ok()) return failure;
  FlowAnswer answer = ExplainFlow(*flow, facts);
  if (!missing.empty() && !answer.steps.empty()) {
    answer.unknown.push_back(std::move(missing));
    answer.certain = false;
  }
  if (json) {
    io.out << Json(*flow, facts, answer);
  } else {
    Print(facts, answer, io);
  }
  return {};
}

}  // namespace holdfast::ctl
