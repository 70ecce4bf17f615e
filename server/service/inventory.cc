// The Macs that should be enrolled: what is imported replaces what was, and each import says what it changed.
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/audit/audit.h"
#include "server/service/inventory_csv.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

using BySerial = std::map<std::string, fleet::InventoryEntry>;  // in upper case

absl::StatusOr<BySerial> Known(fleet::FleetStore& store) {
  BySerial known;
  HOLDFAST_RETURN_IF_ERROR(store.EachInventory({}, [&](const fleet::InventoryEntry& entry) {
    known.emplace(absl::AsciiStrToUpper(entry.serial_number), entry);
  }));
  return known;
}

// Only what differs is written: a list of a large fleet is imported every night.
absl::StatusOr<ImportInventoryResponse> Replace(fleet::FleetStore& store,
                                                const std::vector<fleet::InventoryEntry>& entries) {
  HOLDFAST_ASSIGN_OR_RETURN(BySerial before, Known(store));
  ImportInventoryResponse changed;
  for (const fleet::InventoryEntry& entry : entries) {
    const auto known = before.extract(absl::AsciiStrToUpper(entry.serial_number));
    if (!known.empty()) {
      ++changed.kept;
      const fleet::InventoryEntry& old = known.mapped();
      if (old.name == entry.name && old.group == entry.group && old.serial_number == entry.serial_number) {
        continue;
      }
    }
    (known.empty() ? changed.added : changed.changed).push_back(entry.serial_number);
    HOLDFAST_RETURN_IF_ERROR(store.PutInventory(entry));
  }
  for (const auto& [key, entry] : before) {
    changed.removed.push_back(entry.serial_number);
    HOLDFAST_RETURN_IF_ERROR(store.RemoveInventory(key));
  }
  return changed;
}

Device NeverEnrolled(const fleet::InventoryEntry& entry) {
  Device device;
  device.hostname = entry.name;
  device.serial_number = entry.serial_number;
  device.group = entry.group;
  device.reachability = Reachability::kNeverEnrolled;
  return device;
}

}  // namespace

absl::StatusOr<ImportInventoryResponse> ServerCore::ImportInventory(const Actor& actor,
                                                                    const ImportInventoryRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kImportInventory));
  HOLDFAST_ASSIGN_OR_RETURN(const auto entries, ParseInventory(request.csv));
  fleet::FleetStore& store = state_->context.store;
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(store));
  HOLDFAST_ASSIGN_OR_RETURN(ImportInventoryResponse changed, Replace(store, entries));
  if (request.dry_run) return changed;  // what was written is rolled back
  const size_t before = static_cast<size_t>(changed.kept) + changed.removed.size();
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(
      store, state_->context.Now(), actor,
      {.action = "ImportInventory",
       .target = "inventory",
       .before = absl::StrCat(before, " serial numbers"),
       .after = absl::StrCat(entries.size(), " serial numbers; added=", changed.added.size(),
                             "; removed=", changed.removed.size(), "; changed=", changed.changed.size())}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  return changed;
}

absl::StatusOr<ListInventoryResponse> ServerCore::ListInventory(const Actor& actor,
                                                                const ListInventoryRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListInventory));
  fleet::InventoryQuery query{
      .text = request.query, .never_enrolled = request.never_enrolled, .after = request.page_token};
  HOLDFAST_ASSIGN_OR_RETURN(query.groups, GroupsToList(actor, AdminMethod::kListInventory, request.group));
  HOLDFAST_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size));
  HOLDFAST_ASSIGN_OR_RETURN(fleet::InventoryPage page, state_->context.store.ListInventory(query));
  ListInventoryResponse response{std::move(page.entries), std::move(page.next), 0};
  HOLDFAST_ASSIGN_OR_RETURN(response.total, state_->context.store.CountInventory(query));
  return response;
}

absl::StatusOr<ListDevicesResponse> ServerCore::State::ListNeverEnrolled(const Actor& actor,
                                                                         const ListDevicesRequest& request) {
  if (!request.order_by.empty() || request.posture || request.lifecycle) {
    return absl::InvalidArgumentError(
        "listing devices that never enrolled: they are in the order of their serial numbers, and have "
        "neither "
        "a posture nor a lifecycle to go by");
  }
  fleet::InventoryQuery query{.text = request.query, .never_enrolled = true, .after = request.page_token};
  HOLDFAST_ASSIGN_OR_RETURN(query.groups, GroupsToList(actor, AdminMethod::kListDevices, request.group));
  HOLDFAST_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size));
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::InventoryPage page, context.store.ListInventory(query));
  ListDevicesResponse response;
  for (const fleet::InventoryEntry& entry : page.entries) response.devices.push_back(NeverEnrolled(entry));
  response.next_page_token = page.next;
  HOLDFAST_ASSIGN_OR_RETURN(response.total, context.store.CountInventory(query));
  return response;
}

}  // namespace holdfast::server
