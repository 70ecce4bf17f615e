// The Macs that should be enrolled, from an MDM's or Apple Business Manager's list.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "server/admin/command.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

constexpr size_t kLargestFile = size_t{4} << 20;  // as the server takes

struct ImportFlags {
  std::string file;
  bool dry_run = false;
};

struct Change {
  std::string change, serial;
};

std::vector<Change> ChangesOf(const v1::ImportInventoryResponse& response) {
  std::vector<Change> changes;
  for (const std::string& serial : response.added()) changes.push_back({"added", serial});
  for (const std::string& serial : response.removed()) changes.push_back({"removed", serial});
  for (const std::string& serial : response.changed()) changes.push_back({"changed", serial});
  return changes;
}

Cell ChangeCell(const Change& c) {
  return Cell(c.change, c.change == "added"     ? Style::kGreen
                        : c.change == "removed" ? Style::kRed
                                                : Style::kPlain);
}

absl::Status Import(Session& session, const ImportFlags& flags) {
  v1::ImportInventoryRequest request;
  HOLDFAST_ASSIGN_OR_RETURN(*request.mutable_csv(), ReadFile(flags.file, kLargestFile));
  request.set_dry_run(flags.dry_run);
  v1::ImportInventoryResponse response;
  const absl::Status status = session.client.Call(&AdminClient::Stub::ImportInventory, request, &response);
  if (!status.ok()) return Annotate(status, flags.file);
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  const std::vector<Printer::Field<Change>> fields = {
      {{"CHANGE"}, ChangeCell},
      {{"SERIAL"}, [](const Change& c) { return Cell(c.serial); }},
  };
  p.List(ChangesOf(response), fields, "Nothing differs from the inventory of before.");
  p.Note(absl::StrCat(flags.dry_run ? "Not imported: " : "", "added ", response.added_size(), ", removed ",
                      response.removed_size(), ", kept ", response.kept(), ", of which changed ",
                      response.changed_size()));
  return absl::OkStatus();
}

struct ListFlags {
  std::string group, query;
  bool never_enrolled = false;
  int limit = 100;
};

absl::Status List(Session& session, const ListFlags& flags) {
  v1::ListInventoryRequest request;
  request.set_group(flags.group);
  request.set_query(flags.query);
  request.set_never_enrolled(flags.never_enrolled);
  v1::ListInventoryResponse all;
  HOLDFAST_RETURN_IF_ERROR(FetchPages(session.client, &AdminClient::Stub::ListInventory, request, flags.limit,
                                      &v1::ListInventoryResponse::mutable_entries, &all));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(all);
    return absl::OkStatus();
  }
  using E = v1::InventoryEntry;
  const std::vector<Printer::Field<E>> fields = {
      {{"SERIAL"}, [](const E& e) { return Cell(e.serial_number()); }},
      {{"NAME", Align::kLeft, true, 8}, [](const E& e) { return Cell(e.name()); }},
      {{"GROUP", Align::kLeft, true, 4}, [](const E& e) { return Cell(e.group()); }},
      {{"ENROLLED"},
       [](const E& e) {
         return e.device_id().empty() ? Cell("never", Style::kYellow) : Cell("yes", Style::kGreen);
       }},
      {{"DEVICE ID"}, [](const E& e) { return Cell(e.device_id()); }, false},
  };
  p.List(all.entries(), fields, "No serial numbers: `inventory import FILE` brings them.");
  if (all.entries_size() < all.total()) {
    p.Note(absl::StrCat(all.entries_size(), " of ", all.total(), " Macs: --limit 0 shows all"));
  }
  return absl::OkStatus();
}

}  // namespace

void AddInventoryCommands(CLI::App& app, Chosen& chosen) {
  CLI::App* inventory = app.add_subcommand("inventory", "The Macs that should be enrolled");
  inventory->require_subcommand(1);

  auto import_flags = std::make_shared<ImportFlags>();
  CLI::App* import = inventory->add_subcommand("import", "Replace the list, and say what that changes");
  import->add_option("file", import_flags->file, "CSV with the columns serial[,name[,group]]")->required();
  import->add_flag("--dry-run", import_flags->dry_run, "Only say what would change");
  import->callback([&chosen, import_flags] {
    chosen.run = [import_flags](Session& s) { return Import(s, *import_flags); };
  });

  auto list_flags = std::make_shared<ListFlags>();
  CLI::App* list = inventory->add_subcommand("list", "By serial number, and who enrolled");
  list->add_option("--query", list_flags->query, "Part of a serial number or name");
  list->add_option("--group", list_flags->group, "Only this group");
  list->add_flag("--never-enrolled", list_flags->never_enrolled, "Only Macs that never enrolled");
  list->add_option("--limit", list_flags->limit, "At most this many; 0: all")->check(CLI::Range(0, kMost));
  list->callback(
      [&chosen, list_flags] { chosen.run = [list_flags](Session& s) { return List(s, *list_flags); }; });
}

}  // namespace holdfast::admin
