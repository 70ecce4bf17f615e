// Keeps the accounts of days that are over and complete, so that a report over a month is a sum. What a kept
// day says is what its points say: a point that comes late makes the server forget the days from there on,
// and they are made again.
#pragma once

#include "absl/status/status.h"
#include "server/service/context.h"
#include "server/service/directory.h"

namespace holdfast::server {

class DayKeeper {
 public:
  DayKeeper(Context& context, Directory& directory) : context_(context), directory_(directory) {}

  // Makes days of a few devices: some ten milliseconds. Not inside a transaction.
  absl::Status Slice();

  // From this moment on the device's past is not what it was. Inside the caller's transaction.
  static absl::Status Forget(Context& context, fleet::DeviceRecord& record, ServerTime from);

 private:
  absl::Status Keep(fleet::DeviceKey key, compliance::Day through);
  // `month`: what stays of the month of the first day.
  absl::Status KeepDays(const fleet::DeviceRecord& record, compliance::Day first, compliance::Day last,
                        std::vector<compliance::DayAccount> month);
  // Of the month's days those before `first`, as they are kept.
  absl::StatusOr<std::vector<compliance::DayAccount>> KeptBefore(fleet::DeviceKey key, compliance::Day first);

  Context& context_;
  Directory& directory_;
  ServerTime next_;
};

}  // namespace holdfast::server
