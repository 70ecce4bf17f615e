// The messages about what devices are for and which there should be.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/rpc/admin_codec.h"

namespace holdfast::server {

absl::StatusOr<Lifecycle> FromProto(v1::Lifecycle state) {
  if (state >= v1::LIFECYCLE_IN_USE && state <= v1::LIFECYCLE_MIGRATED) {
    return static_cast<Lifecycle>(static_cast<int>(state));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no lifecycle ", static_cast<int>(state),
                   ": `lifecycle` is in_use, on_loan, retired, wiped or migrated"));
}

absl::StatusOr<SetDeviceLifecycleRequest> FromProto(const v1::SetDeviceLifecycleRequest& m) {
  HOLDFAST_ASSIGN_OR_RETURN(const Lifecycle state, FromProto(m.lifecycle()));
  return SetDeviceLifecycleRequest{m.device(), state, m.reason()};
}

ImportInventoryRequest FromProto(const v1::ImportInventoryRequest& m) {
  return {m.csv(), m.dry_run()};
}

v1::ImportInventoryResponse ToProto(const ImportInventoryResponse& m) {
  v1::ImportInventoryResponse out;
  out.mutable_added()->Assign(m.added.begin(), m.added.end());
  out.mutable_removed()->Assign(m.removed.begin(), m.removed.end());
  out.mutable_changed()->Assign(m.changed.begin(), m.changed.end());
  out.set_kept(m.kept);
  return out;
}

ListInventoryRequest FromProto(const v1::ListInventoryRequest& m) {
  return {m.group(), m.query(), m.never_enrolled(), m.page_size(), m.page_token()};
}

v1::InventoryEntry ToProto(const InventoryEntry& m) {
  v1::InventoryEntry out;
  out.set_serial_number(m.serial_number);
  out.set_name(m.name);
  out.set_group(m.group);
  if (!m.device.IsNil()) out.set_device_id(m.device.ToString());
  return out;
}

}  // namespace holdfast::server
