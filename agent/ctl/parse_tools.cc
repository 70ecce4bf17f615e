// holdfastctl parse scutil-list, scutil-status, sysext-list, sysext-db
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/ctl/parse_kinds.h"
#include "agent/signals/parse/scutil_list.h"
#include "agent/signals/parse/scutil_status.h"
#include "agent/signals/parse/sysext_db.h"
#include "agent/signals/parse/sysext_list.h"
#include "base/error.h"
#include "base/text/table.h"

namespace holdfast::ctl {
namespace {

using parse::ScFact;
using parse::ScutilReport;
using parse::ScutilService;
using parse::SysextRow;
using text::Align;
using text::Cell;

std::string StatusOf(const ScutilService& service) {
  return service.status ? std::string(SessionStatusName(*service.status)) : "unknown";
}

std::string NameOf(const ScutilService& service) {
  return service.name_cut ? absl::StrCat(service.name, " (may be cut)") : service.name;
}

void Write(text::JsonWriter& json, const ScutilService& service) {
  json.Text("id", service.id.ToString());
  Put(json, "name", service.name);
  if (service.name_cut) json.Bool("name_cut", true);
  json.Bool("enabled", service.enabled).Text("status", StatusOf(service));
  Put(json, "kind", service.kind);
  Put(json, "type", ServiceTypeName(service.type));
  Put(json, "provider_bundle_id", service.provider_bundle_id);
}

std::string Table(const std::vector<ScutilService>& services, const text::Terminal& terminal) {
  text::Table table({{"*"},
                     {"STATUS"},
                     {"ID", Align::kLeft, false, 4, /*rank=*/2},
                     {"KIND", Align::kLeft, true, 8, /*rank=*/1},
                     {"NAME", Align::kLeft, true, 16}});
  for (const ScutilService& service : services) {
    table.AddRow({service.enabled ? "*" : " ", StatusOf(service), service.id.ToString(), service.kind,
                  NameOf(service)});
  }
  return table.empty() ? "No service is listed; services with IKEv2 never are.\n" : table.Render(terminal);
}

void Write(text::JsonWriter& json, const ScFact& fact) {
  Put(json, "path", fact.path);
  if (fact.secret) json.Bool("secret", true);
  Put(json, "value", fact.value);
  Put(json, "meaning", fact.meaning);
}

std::string Civil(absl::CivilSecond t) {
  return absl::StrFormat("%04d-%02d-%02d %02d:%02d:%02d", t.year(), t.month(), t.day(), t.hour(), t.minute(),
                         t.second());
}

void Write(text::JsonWriter& json, const ScutilReport& report) {
  json.Number("line", static_cast<int64_t>(report.line));
  json.Text("report", ScutilWhatName(report.what));
  Put(json, "words", report.word);
  if (report.status) json.Text("status", SessionStatusName(*report.status));
  if (report.service) {
    json.Object("service");
    Write(json, *report.service);
    json.EndObject();
  }
  Put(json, "interface", report.interface_name);
  Put(json, "server_address", report.server_address);
  if (report.ne_status) json.Text("ne_status", SessionStatusName(*report.ne_status));
  Put(json, "session_state", report.session_state);
  Put(json, "last_stop_reason", report.last_stop_reason);
  if (report.last_stop_reason) json.Text("last_stop_reason_text", StopReasonText(*report.last_stop_reason));
  if (report.last_change) json.Text("last_change_local", Civil(*report.last_change));
  if (report.cut) json.Bool("cut", true);
  json.Array("values");
  for (const ScFact& fact : report.facts) {
    json.Object();
    Write(json, fact);
    json.EndObject();
  }
  json.EndArray();
}

std::string Show(const ScutilReport& report, const text::Terminal& terminal) {
  std::string title = absl::StrCat(ScutilWhatName(report.what), report.word.empty() ? "" : ": ", report.word);
  std::vector<std::pair<std::string, Cell>> fields = {{"Report", Cell(title, text::Style::kBold)}};
  if (report.service) {
    fields.emplace_back("Service",
                        Cell(absl::StrCat(NameOf(*report.service), " (", report.service->id.ToString(), "), ",
                                          StatusOf(*report.service), ", ", report.service->kind)));
  }
  if (!report.interface_name.empty()) fields.emplace_back("Tunnel's interface", Cell(report.interface_name));
  if (!report.server_address.empty()) fields.emplace_back("Server", Cell(report.server_address));
  if (report.last_change) {
    fields.emplace_back("Last change",
                        Cell(absl::StrCat(Civil(*report.last_change), ", the Mac's own zone")));
  }
  for (const ScFact& fact : report.facts) {
    const std::string value = fact.secret ? "(a secret: not shown)" : fact.value;
    fields.emplace_back(fact.path,
                        Cell(fact.meaning.empty() ? value : absl::StrCat(value, " (", fact.meaning, ")")));
  }
  if (report.cut) fields.emplace_back("Cut short", Cell("the end is missing", text::Style::kYellow));
  return text::RenderFields(fields, terminal);
}

void Write(text::JsonWriter& json, const SysextRow& row) {
  Put(json, "bundle_id", row.facts.bundle_id);
  Put(json, "version", row.facts.version);
  Put(json, "team_id", row.facts.team_id);
  Put(json, "name", row.name);
  Put(json, "state", row.facts.state);
  Put(json, "category", row.category);
  json.Bool("enabled", row.enabled).Bool("active", row.active);
}

std::string Table(const std::vector<SysextRow>& rows, const text::Terminal& terminal) {
  text::Table table({{"ENABLED"},
                     {"ACTIVE"},
                     {"TEAM", Align::kLeft, false, 4, /*rank=*/2},
                     {"BUNDLE", Align::kLeft, true, 12},
                     {"VERSION", Align::kLeft, true, 6},
                     {"NAME", Align::kLeft, true, 8, /*rank=*/3},
                     {"STATE", Align::kLeft, true, 12},
                     {"CATEGORY", Align::kLeft, true, 12, /*rank=*/1}});
  for (const SysextRow& row : rows) {
    table.AddRow({row.enabled ? "*" : " ", row.active ? "*" : " ", row.facts.team_id, row.facts.bundle_id,
                  row.facts.version, row.name, row.facts.state, row.category});
  }
  return table.empty() ? "No system extension is listed.\n" : table.Render(terminal);
}

void Print(const parse::SysextList& list, const char* kind, bool json, const Io& io) {
  ParseOutput out(kind, json, io);
  for (const SysextRow& row : list.rows) out.Fact([&](text::JsonWriter& json) { Write(json, row); });
  out.Text(Table(list.rows, io.terminal));
  if (list.announced && static_cast<size_t>(*list.announced) != list.rows.size()) {
    out.Text(absl::StrCat("The list announces ", *list.announced, " extensions: some of it is missing.\n"));
  }
  Counts counts = {{"extensions", list.rows.size()}, {"not recognised", list.odd.size()}};
  if (list.announced) counts.insert(counts.begin(), {"announced", static_cast<uint64_t>(*list.announced)});
  out.End(counts, list.odd);
}

}  // namespace

absl::Status ParseScutilList(absl::string_view text, bool json, const Io& io) {
  HOLDFAST_ASSIGN_OR_RETURN(const parse::ScutilList list, parse::ReadScutilList(text));
  ParseOutput out("scutil-list", json, io);
  for (const ScutilService& service : list.services)
    out.Fact([&](text::JsonWriter& json) { Write(json, service); });
  out.Text(Table(list.services, io.terminal));
  out.End({{"services", list.services.size()}, {"not recognised", list.odd.size()}}, list.odd);
  return absl::OkStatus();
}

absl::Status ParseScutilStatus(absl::string_view text, bool json, const Io& io) {
  HOLDFAST_ASSIGN_OR_RETURN(const parse::ScutilOutput output, parse::ReadScutilStatus(text));
  ParseOutput out("scutil-status", json, io);
  size_t values = 0;
  for (const ScutilReport& report : output.reports) {
    out.Fact([&](text::JsonWriter& json) { Write(json, report); });
    out.Text(absl::StrCat(values == 0 ? "" : "\n", Show(report, io.terminal)));
    values += report.facts.size();
  }
  out.End({{"reports", output.reports.size()}, {"values", values}, {"not recognised", output.odd.size()}},
          output.odd);
  return absl::OkStatus();
}

absl::Status ParseSysextList(absl::string_view text, bool json, const Io& io) {
  HOLDFAST_ASSIGN_OR_RETURN(const parse::SysextList list, parse::ReadSysextList(text));
  Print(list, "sysext-list", json, io);
  return absl::OkStatus();
}

absl::Status ParseSysextDb(absl::string_view bytes, bool json, const Io& io) {
  HOLDFAST_ASSIGN_OR_RETURN(const parse::SysextList list, parse::ReadSysextDb(bytes));
  Print(list, "sysext-db", json, io);
  return absl::OkStatus();
}

}  // namespace holdfast::ctl
