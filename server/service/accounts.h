// What each service that was required of devices was, in a window: summed from the days that are kept, and
// from the points of the timeline where none are. The answer does not depend on which days are kept.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/compliance/days.h"
#include "server/service/context.h"

namespace holdfast::server {

class Accounts {
 public:
  Accounts(fleet::FleetStore& store, const compliance::Window& window) : store_(store), window_(window) {}

  struct OfDevice {
    const fleet::DeviceRecord* device = nullptr;
    std::vector<compliance::KeyAccount> keys;
  };
  // In the order of the devices' keys, in which they must be given. `all`: these are all devices that there
  // are, and what is kept of them is read in one piece.
  absl::StatusOr<std::vector<OfDevice>> Of(const std::vector<fleet::DeviceRecord>& devices, bool all);
  // After Of: what all of them were on each day of the window on which anything was required; without
  // not_required.
  const std::map<compliance::Day, compliance::ClassTotals>& days() const { return days_; }

 private:
  struct Sum {
    Sum(const fleet::DeviceRecord& d, const compliance::Window& window);
    const fleet::DeviceRecord* device;
    compliance::Day first, last;  // of the kept days that count; none when last is before first
    compliance::WindowSum sum;
    bool damaged = false;                                                   // what is kept
    std::vector<std::pair<compliance::Day, compliance::ClassTotals>> days;  // not yet in days_
    bool keeps() const { return first <= last; }
  };
  absl::Status AddKept(std::vector<Sum>& sums, bool all);
  static void AddDays(Sum& sum, absl::string_view days);
  void SettleDays(Sum& sum);
  absl::Status AddPoints(Sum& sum, const compliance::Window& window);
  absl::StatusOr<std::vector<compliance::KeyAccount>> Finish(Sum& sum);

  fleet::FleetStore& store_;
  const compliance::Window window_;
  std::map<compliance::Day, compliance::ClassTotals> days_;
};

}  // namespace holdfast::server
