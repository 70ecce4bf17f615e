#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/text/width.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct HistoryFlags {
  std::string device, from, to, name;
  std::vector<std::string> kinds;
  bool ascending = false;
  bool open_only = false;
  int limit = 100;
  int count = 0;
};

template <class Request>
absl::Status SetWindow(const HistoryFlags& flags, bool local, Request* request) {
  const absl::Time now = absl::Now();
  if (!flags.from.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::Time from, ParseTime(flags.from, now, local));
    *request->mutable_from() = ToProto(from);
  }
  if (!flags.to.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::Time to, ParseTime(flags.to, now, local));
    *request->mutable_to() = ToProto(to);
  }
  return absl::OkStatus();
}

std::vector<Printer::Field<v1::HistoryRow>> RowFields(const Printer& p) {
  using R = v1::HistoryRow;
  return {
      {{"AT"}, [&p](const R& r) { return Cell(p.Time(r.at())); }},
      {{"DEVICE", Align::kLeft, true, 8, /*rank=*/1}, [](const R& r) { return Cell(r.hostname()); }},
      {{"KIND", Align::kLeft, false, 4, /*rank=*/2}, [](const R& r) { return Cell(r.kind()); }},
      {{"TEXT", Align::kLeft, true, 24, /*rank=*/0, /*wraps=*/true},
       [](const R& r) { return Cell(r.text()); }},
      {{"SUBJECT"}, [](const R& r) { return Cell(r.subject()); }, false},
      {{"UNCERTAINTY SECONDS"}, [](const R& r) { return Cell(Seconds(r.uncertainty_ns())); }, false},
      {{"DEVICE TIME"}, [&p](const R& r) { return Cell(p.Time(r.device_wall())); }, false},
      {{"RECEIVED"}, [&p](const R& r) { return Cell(p.Time(r.received())); }, false},
      {{"DEVICE ID"}, [](const R& r) { return Cell(r.device_id()); }, false},
      {{"EPOCH"}, [](const R& r) { return Cell(r.epoch()); }, false},
      {{"SEQ"}, [](const R& r) { return Cell(absl::StrCat(r.seq())); }, false},
  };
}

absl::Status ListHistory(Session& session, const HistoryFlags& flags) {
  v1::ListHistoryRequest request;
  request.set_device(flags.device);
  HOLDFAST_RETURN_IF_ERROR(SetWindow(flags, session.local_time, &request));
  for (const std::string& kind : flags.kinds) request.add_kinds(kind);
  request.set_ascending(flags.ascending);
  v1::ListHistoryResponse all;
  HOLDFAST_RETURN_IF_ERROR(FetchPages(session.client, &AdminClient::Stub::ListHistory, request, flags.limit,
                                      &v1::ListHistoryResponse::mutable_rows, &all));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(all);
    return absl::OkStatus();
  }
  p.List(all.rows(), RowFields(p), "No rows match.");
  if (!all.next_page_token().empty()) p.Note("There are more rows: --limit 0 shows all");
  return absl::OkStatus();
}

std::vector<Printer::Field<v1::Incident>> IncidentFields(const Printer& p) {
  using I = v1::Incident;
  return {
      {{"OPENED"}, [&p](const I& i) { return Cell(p.Time(i.opened())); }},
      {{"CLOSED", Align::kLeft, false, 4, /*rank=*/2},
       [&p](const I& i) { return i.has_closed() ? Cell(p.Time(i.closed())) : Cell("open", Style::kBold); }},
      {{"SEVERITY", Align::kLeft, false, 4, /*rank=*/3},
       [](const I& i) { return Cell(i.severity(), SeverityStyle(i.severity())); }},
      {{"NAME", Align::kLeft, true, 12, /*rank=*/0, /*wraps=*/true},
       [](const I& i) { return Cell(i.name()); }},
      {{"DEVICE", Align::kLeft, true, 8}, [](const I& i) { return Cell(i.hostname()); }},
      {{"SUMMARY", Align::kLeft, true, 24, /*rank=*/1, /*wraps=*/true},
       [](const I& i) { return Cell(i.summary()); }},
      {{"INCIDENT ID"}, [](const I& i) { return Cell(i.incident_id()); }, false},
      {{"KEY"}, [](const I& i) { return Cell(i.key()); }, false},
      {{"EVIDENCE"}, [](const I& i) { return Cell(i.evidence()); }, false},
      {{"SUSPECTS"}, [](const I& i) { return Cell(i.suspects()); }, false},
      {{"CLOSED REASON"}, [](const I& i) { return Cell(i.closed_reason()); }, false},
      {{"DEVICE ID"}, [](const I& i) { return Cell(i.device_id()); }, false},
  };
}

absl::Status ListIncidents(Session& session, const HistoryFlags& flags) {
  v1::ListIncidentsRequest request;
  request.set_device(flags.device);
  request.set_open_only(flags.open_only);
  request.set_name(flags.name);
  HOLDFAST_RETURN_IF_ERROR(SetWindow(flags, session.local_time, &request));
  v1::ListIncidentsResponse all;
  HOLDFAST_RETURN_IF_ERROR(FetchPages(session.client, &AdminClient::Stub::ListIncidents, request, flags.limit,
                                      &v1::ListIncidentsResponse::mutable_incidents, &all));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(all);
    return absl::OkStatus();
  }
  p.List(all.incidents(), IncidentFields(p), "No incidents match.");
  if (!all.next_page_token().empty()) p.Note("There are more incidents: --limit 0 shows all");
  return absl::OkStatus();
}

// A line per row as it arrives: a table would have to know its last row first.
void PrintRow(const Printer& p, const v1::HistoryRow& row) {
  switch (p.format()) {
    case Format::kJson:
      p.Json(row, wire::JsonLayout::kOneLine);
      break;
    case Format::kCsv:
      p.Text(p.Line(row, RowFields(p)));
      break;
    case Format::kTable:
      p.Text(absl::StrCat(p.Time(row.at()), "  ", text::Printable(row.hostname()), "  ", row.kind(), "  ",
                          text::Printable(row.text()), "\n"));
      break;
  }
  p.Flush();
}

absl::Status Watch(Session& session, const HistoryFlags& flags) {
  v1::WatchEventsRequest request;
  request.set_device(flags.device);
  for (const std::string& kind : flags.kinds) request.add_kinds(kind);
  const Printer& p = session.printer;
  if (p.format() == Format::kCsv) p.Text(p.Header(RowFields(p)));
  p.Flush();
  int seen = 0;
  return session.client.WatchEvents(request, [&](const v1::HistoryRow& row) {
    PrintRow(p, row);
    return flags.count == 0 || ++seen < flags.count;
  });
}

void AddWindow(CLI::App* command, HistoryFlags* flags) {
  command->add_option("--from", flags->from, "Not before: a time, or 24h, 30d ago");
  command->add_option("--to", flags->to, "Before: a time, or 24h, 30d ago");
  command->add_option("--limit", flags->limit, "At most this many; 0: all")->check(CLI::Range(0, kMost));
}

}  // namespace

void AddHistoryCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<HistoryFlags>();
  CLI::App* history = app.add_subcommand("history", "A device's log, newest first");
  history->add_option("device", flags->device, "Device id, serial number or hostname; without: all");
  history->add_option("--kind", flags->kinds, "Only rows of this kind; may be given more than once")
      ->take_all();
  history->add_flag("--ascending", flags->ascending, "Oldest first");
  AddWindow(history, flags.get());
  history->callback(
      [&chosen, flags] { chosen.run = [flags](Session& s) { return ListHistory(s, *flags); }; });

  CLI::App* incidents = app.add_subcommand("incidents", "What went wrong, newest first");
  incidents->add_option("--device", flags->device, "Only this device");
  incidents->add_option("--name", flags->name, "Only incidents of this name");
  incidents->add_flag("--open", flags->open_only, "Only those that are still open");
  AddWindow(incidents, flags.get());
  incidents->callback(
      [&chosen, flags] { chosen.run = [flags](Session& s) { return ListIncidents(s, *flags); }; });

  CLI::App* watch = app.add_subcommand("watch", "Rows of the fleet as they arrive, until interrupted");
  watch->add_option("--device", flags->device, "Only this device");
  watch->add_option("--kind", flags->kinds, "Only rows of this kind; may be given more than once")
      ->take_all();
  watch->add_option("--count", flags->count, "Stop after this many rows")->check(CLI::Range(1, kMost));
  watch->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return Watch(s, *flags); }; });
}

}  // namespace holdfast::admin
