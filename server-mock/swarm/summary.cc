#include "server-mock/swarm/summary.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text/json.h"

namespace holdfast::swarm {
namespace {

double Ms(absl::Duration d) {
  return absl::ToDoubleMilliseconds(d);
}

void AddLatencies(std::string& out, absl::string_view what, const Latencies& l) {
  absl::StrAppendFormat(&out, "  %-22s %9d   p50 %8.1f   p90 %8.1f   p99 %8.1f   max %8.1f\n", what,
                        l.count(), Ms(l.Percentile(0.5)), Ms(l.Percentile(0.9)), Ms(l.Percentile(0.99)),
                        Ms(l.Percentile(1)));
}

template <class Map>
std::string Listed(const Map& counts) {
  std::string out;
  for (const auto& [name, count] : counts) absl::StrAppend(&out, out.empty() ? "" : ", ", name, " ", count);
  return out.empty() ? "none" : out;
}

std::string After(const std::optional<absl::Duration>& d) {
  return d ? absl::StrFormat("%.1f s", absl::ToDoubleSeconds(*d)) : "not yet";
}

void AddRecoveries(std::string& out, const Swarm& swarm) {
  if (swarm.recoveries().empty()) return;
  absl::StrAppend(&out, "After each mark, until agents had an answer again:\n");
  for (const Recovery& r : swarm.recoveries()) {
    absl::StrAppendFormat(&out, "  half %s, 99 %% %s, all %s (%d of %d before the next mark or the end)\n",
                          After(r.half()), After(r.most()), After(r.all()), r.back(), r.agents());
  }
}

void AddComparison(std::string& out, const Comparison& c) {
  absl::StrAppendFormat(&out,
                        "Stored on the server: %d rows of %d devices. Missing %d, doubled %d, different %d, "
                        "never written %d; heads that differ %d; agents that never enrolled %d, that began a "
                        "new epoch %d; incidents: %s\n",
                        c.rows, c.devices, c.missing, c.doubled, c.different, c.invented, c.heads_that_differ,
                        c.never_enrolled, c.epochs_begun_anew, Listed(c.incidents));
  if (!c.first_difference.empty()) absl::StrAppend(&out, "First: ", c.first_difference, "\n");
  absl::StrAppend(&out, c.equal() ? "SENT = STORED\n" : "SENT AND STORED DIFFER\n");
}

void WriteLatencies(text::JsonWriter& json, absl::string_view key, const Latencies& l) {
  const auto us = [&l](double share) { return absl::ToInt64Microseconds(l.Percentile(share)); };
  json.Object(key).Number("count", static_cast<int64_t>(l.count()));
  json.Number("p50_us", us(0.5)).Number("p90_us", us(0.9)).Number("p99_us", us(0.99));
  json.Number("max_us", us(1)).EndObject();
}

template <class Map>
void WriteCounts(text::JsonWriter& json, absl::string_view key, const Map& counts) {
  json.Object(key);
  for (const auto& [name, count] : counts) json.Number(name, static_cast<int64_t>(count));
  json.EndObject();
}

void WriteRecoveries(text::JsonWriter& json, const Swarm& swarm) {
  json.Array("recoveries");
  for (const Recovery& r : swarm.recoveries()) {
    json.Object().Number("back", static_cast<int64_t>(r.back()));
    for (const auto& [key, value] :
         {std::pair{"half_ms", r.half()}, {"most_ms", r.most()}, {"all_ms", r.all()}}) {
      if (value) json.Number(key, absl::ToInt64Milliseconds(*value));
    }
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string ProgressLine(const Swarm& swarm) {
  const Tally& t = swarm.tally();
  return absl::StrFormat(
      "%d of %d enrolled, %d online; rows: %d written, %d acknowledged; %d syncs, p99 %.1f ms; failures: %s",
      swarm.Count(&SwarmAgent::enrolled), swarm.agents().size(), swarm.Count(&SwarmAgent::online),
      t.rows_written, t.rows_acked, t.syncs, Ms(t.sync.Percentile(0.99)), Listed(t.failures));
}

std::string SummaryText(const Swarm& swarm, const std::optional<Comparison>& comparison) {
  const Tally& t = swarm.tally();
  std::string out = absl::StrFormat(
      "%d agents, %d rows written in this run, %d acknowledged, the last %.1f s after the end\n"
      "Milliseconds:\n",
      swarm.agents().size(), t.rows_written, t.rows_acked, absl::ToDoubleSeconds(swarm.settled_in()));
  AddLatencies(out, "enroll", t.enroll);
  AddLatencies(out, "sync", t.sync);
  AddLatencies(out, "written to acknowledged", t.row);
  absl::StrAppendFormat(&out,
                        "Failed calls: %s. On purpose: %d lost, %d doubled. Incidents of the agents: %s\n",
                        Listed(t.failures), t.lost_on_purpose, t.doubled_on_purpose, Listed(t.incidents));
  if (swarm.AskedAgain() > 0) {
    absl::StrAppendFormat(&out, "ACKNOWLEDGED ROWS WERE ASKED FOR AGAIN: %d times\n", swarm.AskedAgain());
  }
  AddRecoveries(out, swarm);
  if (comparison) AddComparison(out, *comparison);
  return out;
}

std::string SummaryJson(const Swarm& swarm, const std::optional<Comparison>& comparison) {
  const Tally& t = swarm.tally();
  text::JsonWriter json;
  json.Object().Number("agents", static_cast<int64_t>(swarm.agents().size()));
  json.Number("rows_written", static_cast<int64_t>(t.rows_written));
  json.Number("rows_acknowledged", static_cast<int64_t>(t.rows_acked));
  json.Number("settled_in_ms", absl::ToInt64Milliseconds(swarm.settled_in()));
  WriteLatencies(json, "enroll", t.enroll);
  WriteLatencies(json, "sync", t.sync);
  WriteLatencies(json, "written_to_acknowledged", t.row);
  WriteCounts(json, "failures", t.failures);
  WriteCounts(json, "incidents_of_agents", t.incidents);
  json.Number("lost_on_purpose", static_cast<int64_t>(t.lost_on_purpose));
  json.Number("doubled_on_purpose", static_cast<int64_t>(t.doubled_on_purpose));
  json.Number("acknowledged_rows_asked_for", static_cast<int64_t>(swarm.AskedAgain()));
  WriteRecoveries(json, swarm);
  if (comparison) {
    const Comparison& c = *comparison;
    json.Object("stored").Bool("equal", c.equal()).Number("devices", static_cast<int64_t>(c.devices));
    json.Number("rows", static_cast<int64_t>(c.rows)).Number("missing", static_cast<int64_t>(c.missing));
    json.Number("doubled", static_cast<int64_t>(c.doubled));
    json.Number("different", static_cast<int64_t>(c.different));
    json.Number("never_written", static_cast<int64_t>(c.invented));
    json.Number("heads_that_differ", static_cast<int64_t>(c.heads_that_differ));
    json.Number("never_enrolled", static_cast<int64_t>(c.never_enrolled));
    json.Number("epochs_begun_anew", static_cast<int64_t>(c.epochs_begun_anew));
    WriteCounts(json, "incidents", c.incidents);
    json.Text("first_difference", c.first_difference).EndObject();
  }
  return absl::StrCat(json.EndObject().Take(), "\n");
}

}  // namespace holdfast::swarm
