// What an admin says a device is for, and what follows: of a device that is retired, wiped or migrated
// nothing is required from that moment on, whatever it still reports, until it is in service again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/compliance/point.h"
#include "storage/fleet/store.h"

namespace holdfast::server {

absl::string_view LifecycleName(fleet::Lifecycle state);  // "in_use", "on_loan", "retired", ...

// Appends the spans in which the device was out of service; one that lasts has no end in sight. Costs nothing
// for a device that always was in service.
absl::Status AddAbsences(fleet::FleetStore& store, const fleet::DeviceRecord& device,
                         std::vector<compliance::Point>& points);

}  // namespace holdfast::server
