#include "agent/ctl/render.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/ctl/when.h"
#include "base/ids.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

using text::Align;
using text::Cell;
using text::Style;
using text::Table;
using Fields = std::vector<std::pair<std::string, Cell>>;

absl::Time NowOf(const v1::GetStatusResponse& status) {
  return absl::FromUnixNanos(status.now_unix_ns());
}

Style StyleOfClass(const std::string& time_class) {
  if (time_class == "protected") return Style::kGreen;
  if (time_class == "violation") return Style::kRed;
  if (time_class == "not_required") return Style::kDim;
  return Style::kYellow;
}

Style StyleOfSeverity(const std::string& severity) {
  return severity == "info" ? Style::kPlain : severity == "warning" ? Style::kYellow : Style::kRed;
}

std::string Words(const std::string& identifier) {
  return absl::StrReplaceAll(identifier, {{"_", " "}});
}

std::string Capitalised(std::string word) {
  if (!word.empty()) word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
  return word;
}

std::string NameOf(const v1::LocalService& service) {
  return service.name().empty() ? service.rule() : service.name();
}

std::string NextOf(const v1::LocalService& service, absl::Time now) {
  const v1::LocalNextStep& next = service.next();
  if (next.what().empty() || next.at_unix_ns() == 0) return next.what();
  return absl::StrCat(next.what(), " ", Relative(next.at_unix_ns(), now));
}

std::string PolicyOf(const v1::GetStatusResponse& status) {
  const std::string mode = status.enforcement_mode() == "enforce" ? "enforcing"
                           : status.enforcement_mode() == "audit" ? "auditing (commands nothing)"
                                                                  : "off";
  if (status.policy_version() == 0 && status.policy_source().empty())
    return absl::StrCat(mode, ", no policy");
  return absl::StrCat(mode, ", policy version ", status.policy_version(), " from ", status.policy_source());
}

std::string NetworkOf(const v1::GetStatusResponse& status) {
  if (status.asleep()) return "asleep";
  if (!status.network_satisfied()) return "down";
  const std::string& trusted = status.trusted_network();
  return absl::StrCat("up on ", status.network_interface(),
                      status.captive_portal() ? ", behind a captive portal" : "",
                      trusted.empty() ? "" : absl::StrCat(", the trusted network ", trusted));
}

std::string ServerOf(const v1::LocalUplink& uplink, absl::Time now) {
  std::string out = uplink.state();
  if (!uplink.server().empty()) absl::StrAppend(&out, ", ", uplink.server());
  if (uplink.last_contact_unix_ns() != 0) {
    absl::StrAppend(&out, ", last contact ", Relative(uplink.last_contact_unix_ns(), now));
  }
  if (uplink.next_try_unix_ns() != 0)
    absl::StrAppend(&out, ", next try ", Relative(uplink.next_try_unix_ns(), now));
  if (!uplink.server().empty() && uplink.unacknowledged_rows() > 0) {
    absl::StrAppend(&out, ", rows not acknowledged: ", uplink.unacknowledged_rows());
  }
  if (!uplink.last_error().empty()) absl::StrAppend(&out, "; last error: ", uplink.last_error());
  return out;
}

// A vendor's tunnel, known by its interface alone: no configuration is looked for.
bool IsObserved(const v1::LocalService& service) {
  return service.time_class() == "observed_only";
}

Cell ProtectedOf(const v1::GetStatusResponse& status) {
  const auto count = [&status](auto matches) {
    return std::count_if(status.services().begin(), status.services().end(), matches);
  };
  const auto required = count([](const v1::LocalService& s) { return s.required(); });
  const auto good =
      count([](const v1::LocalService& s) { return s.required() && s.time_class() == "protected"; });
  const auto observed = count(IsObserved);
  if (required == 0) return {"none is required"};
  return {absl::StrCat(good, " of ", required, " required protected",
                       observed == 0 ? "" : absl::StrCat(", ", observed, " only observed")),
          good == required ? Style::kGreen : Style::kRed};
}

void AddChecks(const v1::GetStatusResponse& status, Fields& fields) {
  for (const v1::LocalCheck& check : status.checks()) {
    if (check.passed()) continue;
    const std::string detail = check.detail().empty() ? "" : absl::StrCat(": ", check.detail());
    fields.emplace_back("Failed check", Cell(absl::StrCat(check.name(), detail), Style::kRed));
  }
  for (const v1::LocalIncident& incident : status.incidents()) {
    fields.emplace_back("Incident", Cell(absl::StrCat(incident.name(), ": ", incident.summary()),
                                         StyleOfSeverity(incident.severity())));
  }
  for (const std::string& warning : status.warnings()) {
    fields.emplace_back("Warning", Cell(warning, Style::kYellow));
  }
  if (status.policy_error().empty()) return;
  const char* label = "Policy refused";
  for (const absl::string_view problem : absl::StrSplit(status.policy_error(), '\n')) {
    fields.emplace_back(label, Cell(std::string(problem), Style::kRed));
    label = "";
  }
}

// A rule that no configuration on this machine matches is listed too, without anything that scutil would say.
bool IsInstalled(const v1::LocalService& service) {
  return !service.service_id().empty();
}

std::string StatusOf(const v1::LocalService& service) {
  if (IsInstalled(service)) return service.status();
  return IsObserved(service) ? "observed" : "not installed";
}

// As scutil prints them: "VPN (com.example.vpn)", "[VPN:com.example.vpn]".
std::string KindOf(const v1::LocalService& service) {
  const std::string& bundle = service.provider_bundle_id();
  return bundle.empty() ? service.type() : absl::StrCat(service.type(), " (", bundle, ")");
}
std::string TagOf(const v1::LocalService& service) {
  const std::string& bundle = service.provider_bundle_id();
  return absl::StrCat("[", service.type(), bundle.empty() ? "" : ":", bundle, "]");
}

std::string Sentence(const v1::LocalService& service, absl::Time now, absl::TimeZone zone) {
  const std::string state = StatusOf(service);
  std::string out = absl::StrCat(NameOf(service), " is ", state.empty() ? "unknown" : state);
  if (service.status_since_unix_ns() != 0) {
    absl::StrAppend(&out, " since ", Clock(service.status_since_unix_ns(), now, zone), " (",
                    Age(service.status_since_unix_ns(), now), ")");
  }
  if (!service.required()) return absl::StrCat(out, "; it is not required.");
  absl::StrAppend(&out, "; its time counts as ", Words(service.time_class()));
  if (!service.cause().empty()) absl::StrAppend(&out, " because of ", Words(service.cause()));
  if (service.class_since_unix_ns() != 0) {
    absl::StrAppend(&out, " since ", Clock(service.class_since_unix_ns(), now, zone));
  }
  return out + ".";
}

std::string EvidenceOf(const v1::LocalService& service) {
  return absl::StrCat("starts by Holdfast in the last hour: ", service.attempts_last_hour(),
                      ", left now: ", service.attempts_left_now(),
                      "; failures in a row: ", service.failures_in_row(),
                      service.circuit_open() ? "; restarts are paused" : "");
}

// What makes it required, and whether anything is done about it.
std::string RuleSentence(const v1::GetStatusResponse& status, const v1::LocalService& service) {
  const std::string rule =
      service.rule().empty() ? "none names it" : absl::StrCat("\"", service.rule(), "\"");
  return absl::StrCat(rule, "; ", PolicyOf(status));
}

std::string NextSentence(const v1::LocalService& service, absl::Time now, absl::TimeZone zone) {
  const v1::LocalNextStep& next = service.next();
  std::string out = next.what().empty() ? "nothing" : next.what();
  if (next.at_unix_ns() != 0) {
    absl::StrAppend(&out, " at ", Clock(next.at_unix_ns(), now, zone), " (", Relative(next.at_unix_ns(), now),
                    ")");
  }
  if (!next.why().empty()) absl::StrAppend(&out, ": ", next.why());
  return out;
}

bool IsAbout(const v1::LocalIncident& incident, const v1::LocalService& service) {
  if (incident.key().empty()) return false;  // about the Mac as a whole
  return incident.key() == service.service_id() || incident.key() == service.name() ||
         incident.key() == service.key();
}

// `names` is null where all rows are about one service.
std::string RowsTable(const v1::ListLocalHistoryResponse& history, const ServiceNames* names, absl::Time now,
                      const View& view) {
  std::vector<text::Column> columns = {{"SEQ", Align::kRight, false, 4, /*rank=*/3}, {"TIME"}};
  if (names != nullptr) columns.push_back({"SERVICE", Align::kLeft, true, 10, /*rank=*/1});
  columns.push_back({"KIND", Align::kLeft, false, 4, /*rank=*/2});
  columns.push_back({"WHAT", Align::kLeft, true, 24, /*rank=*/0, /*wraps=*/true});
  Table table(columns);
  for (const v1::LocalHistoryRow& row : history.rows()) {
    std::vector<Cell> cells = {absl::StrCat(row.seq()), Clock(row.wall_ns(), now, view.zone)};
    if (names != nullptr) cells.emplace_back(ServiceOf(row, *names));
    cells.emplace_back(row.kind());
    cells.emplace_back(row.text());
    table.AddRow(std::move(cells));
  }
  return table.Render(view.terminal);
}

Fields FieldsOf(const v1::LocalIncident& incident, absl::Time now, absl::TimeZone zone) {
  Fields fields = {{"Incident", Cell(incident.name(), Style::kBold)},
                   {"Severity", Cell(incident.severity(), StyleOfSeverity(incident.severity()))},
                   {"Since", Cell(absl::StrCat(Clock(incident.opened_unix_ns(), now, zone), " (",
                                               Age(incident.opened_unix_ns(), now), ")"))},
                   {"What", Cell(incident.summary())}};
  for (const auto& [label, value] :
       {std::pair("Evidence", incident.evidence()), std::pair("Changed before", incident.suspects()),
        std::pair("What to do", incident.remedy())}) {
    if (!value.empty()) fields.emplace_back(label, Cell(value));
  }
  return fields;
}

}  // namespace

std::string RenderStatus(const v1::GetStatusResponse& status, const View& view) {
  const absl::Time now = NowOf(status);
  Fields fields = {
      {"Agent", Cell(absl::StrCat("holdfastd ", status.agent_version()))},
      {"Policy", Cell(PolicyOf(status))},
      {"Network", Cell(NetworkOf(status), status.network_satisfied() ? Style::kPlain : Style::kYellow)},
      {"Console", Cell(status.console_user_present() ? status.console_user() : "nobody")},
      {"Server", Cell(ServerOf(status.uplink(), now))},
      {"Services", ProtectedOf(status)}};
  AddChecks(status, fields);
  std::string out = text::RenderFields(fields, view.terminal);
  Table table({{"NAME", Align::kLeft, true, 16},
               {"STATUS"},
               {"TIME COUNTS AS", Align::kLeft, true, 9},
               {"SINCE", Align::kRight, false, 4, /*rank=*/1},
               {"NEXT", Align::kLeft, true, 16, /*rank=*/2, /*wraps=*/true}});
  for (const v1::LocalService& service : status.services()) {
    table.AddRow({NameOf(service),
                  StatusOf(service),
                  {Words(service.time_class()), StyleOfClass(service.time_class())},
                  Age(service.status_since_unix_ns(), now),
                  NextOf(service, now)});
  }
  return table.empty() ? out : absl::StrCat(out, "\n", table.Render(view.terminal));
}

std::string RenderServices(const v1::GetStatusResponse& status, const View& view) {
  const absl::Time now = NowOf(status);
  Table table({{"*"},
               {"STATUS"},
               {"ID", Align::kLeft, false, 4, /*rank=*/5},
               {"KIND", Align::kLeft, true, 8, /*rank=*/2},
               {"NAME", Align::kLeft, true, 16},
               {"TAG", Align::kLeft, true, 8, /*rank=*/4},
               {"RULE", Align::kLeft, true, 8, /*rank=*/3},
               {"TIME COUNTS AS", Align::kLeft, true, 9},
               {"SINCE", Align::kRight, false, 4, /*rank=*/1}});
  for (const v1::LocalService& service : status.services()) {
    const bool installed = IsInstalled(service);
    table.AddRow({installed && service.enabled() ? "*" : " ",
                  absl::StrCat("(", Capitalised(StatusOf(service)), ")"),
                  service.service_id(),
                  installed ? KindOf(service) : "",
                  absl::StrCat("\"", NameOf(service), "\""),
                  installed ? TagOf(service) : "",
                  service.rule(),
                  {Words(service.time_class()), StyleOfClass(service.time_class())},
                  Age(service.status_since_unix_ns(), now)});
  }
  return table.empty() ? "There are no VPN services on this machine.\n" : table.Render(view.terminal);
}

std::string RenderIncidents(const v1::GetStatusResponse& status, const View& view) {
  if (status.incidents().empty()) return "No incident is open.\n";
  std::string out;
  for (const v1::LocalIncident& incident : status.incidents()) {
    absl::StrAppend(&out, out.empty() ? "" : "\n",
                    text::RenderFields(FieldsOf(incident, NowOf(status), view.zone), view.terminal));
  }
  return out;
}

std::string RenderWhy(const v1::GetStatusResponse& status, const v1::LocalService& service,
                      const v1::ListLocalHistoryResponse& history, const View& view) {
  const absl::Time now = NowOf(status);
  Fields fields = {{"Rule", Cell(RuleSentence(status, service))}};
  for (const std::string& reason : service.reasons()) {
    fields.emplace_back(fields.size() == 1 ? "Because" : "", Cell(reason));
  }
  if (service.reasons().empty() && !service.detail().empty())
    fields.emplace_back("Because", Cell(service.detail()));
  if (service.override_until_unix_ns() != 0) {
    fields.emplace_back(
        "Held back", Cell(absl::StrCat("until ", Clock(service.override_until_unix_ns(), now, view.zone))));
  }
  fields.emplace_back("Next", Cell(NextSentence(service, now, view.zone)));
  if (service.required() && IsInstalled(service)) fields.emplace_back("Evidence", Cell(EvidenceOf(service)));
  for (const v1::LocalIncident& incident : status.incidents()) {
    if (!IsAbout(incident, service)) continue;
    fields.emplace_back("Incident", Cell(absl::StrCat(incident.name(), ": ", incident.summary())));
    if (!incident.remedy().empty()) fields.emplace_back("What to do", Cell(incident.remedy()));
  }
  std::string out;
  for (const std::string& line :
       text::WrapLines(text::Printable(Sentence(service, now, view.zone)), view.terminal.width)) {
    absl::StrAppend(&out, text::Styled(line, Style::kBold, view.terminal), "\n");
  }
  absl::StrAppend(&out, text::RenderFields(fields, view.terminal));
  if (history.rows().empty()) return out;
  return absl::StrCat(out, "\n", RowsTable(history, nullptr, now, view));
}

ServiceNames NamesOf(const v1::GetStatusResponse& status) {
  ServiceNames names;
  for (const v1::LocalService& service : status.services()) {
    if (IsInstalled(service)) names[service.service_id()] = NameOf(service);
  }
  return names;
}

std::string ServiceOf(const v1::LocalHistoryRow& row, const ServiceNames& names) {
  if (const auto known = names.find(row.subject()); known != names.end()) return known->second;
  return Uuid::Parse(row.subject()).ok() ? row.subject() : "";
}

std::string RenderHistory(const v1::ListLocalHistoryResponse& history, const ServiceNames& names,
                          absl::Time now, const View& view) {
  return history.rows().empty() ? "No rows.\n" : RowsTable(history, &names, now, view);
}

std::string RenderPolicy(const v1::GetLocalPolicyResponse& policy, bool with_origin, const View& view) {
  std::string out = text::RenderFields({{"Version", Cell(absl::StrCat(policy.version()))},
                                        {"Source", Cell(policy.source())},
                                        {"Id", Cell(policy.policy_id())}},
                                       view.terminal);
  // The value last: a long list would push whatever follows it out of sight.
  std::vector<text::Column> columns = {{"KEY", Align::kLeft, true, 16}};
  if (with_origin) columns.push_back({"ORIGIN"});
  columns.push_back({"VALUE", Align::kLeft, true, 10});
  Table table(columns);
  for (const v1::LocalPolicyKey& key : policy.keys()) {
    std::vector<Cell> row = {key.path()};
    if (with_origin) row.emplace_back(key.origin());
    row.emplace_back(key.value());
    table.AddRow(std::move(row));
  }
  return table.empty() ? out : absl::StrCat(out, "\n", table.Render(view.terminal));
}

}  // namespace holdfast::ctl
