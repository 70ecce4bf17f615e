#include <memory>

#include "base/error.h"
#include "server/admin/command.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;

absl::Status ListAudit(Session& session, int limit) {
  v1::ListAuditResponse all;
  HOLDFAST_RETURN_IF_ERROR(FetchPages(session.client, &AdminClient::Stub::ListAudit, v1::ListAuditRequest(),
                                      limit, &v1::ListAuditResponse::mutable_entries, &all));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(all);
    return absl::OkStatus();
  }
  using E = v1::AuditEntry;
  const std::vector<Printer::Field<E>> fields = {
      {{"AT"}, [&p](const E& e) { return Cell(p.Time(e.at())); }},
      {{"ACTOR"}, [](const E& e) { return Cell(e.actor()); }},
      {{"SOURCE"}, [](const E& e) { return Cell(e.source()); }},
      {{"ACTION"}, [](const E& e) { return Cell(e.action()); }},
      {{"TARGET", Align::kLeft, true, 12}, [](const E& e) { return Cell(e.target()); }},
      {{"BEFORE", Align::kLeft, true, 8}, [](const E& e) { return Cell(e.before()); }},
      {{"AFTER", Align::kLeft, true, 8}, [](const E& e) { return Cell(e.after()); }},
  };
  p.List(all.entries(), fields, "Nothing was changed yet.");
  if (!all.next_page_token().empty()) p.Note("There is more: --limit 0 shows all");
  return absl::OkStatus();
}

}  // namespace

void AddAuditCommand(CLI::App& app, Chosen& chosen) {
  auto limit = std::make_shared<int>(100);
  CLI::App* audit = app.add_subcommand("audit", "Who changed what, newest first");
  audit->add_option("--limit", *limit, "At most this many; 0: all")->check(CLI::Range(0, kMost));
  audit->callback([&chosen, limit] { chosen.run = [limit](Session& s) { return ListAudit(s, *limit); }; });
}

}  // namespace holdfast::admin
