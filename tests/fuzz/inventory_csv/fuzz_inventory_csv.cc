// Any bytes as an inventory: no crash; what is accepted holds what the store and the lists rest on, and what
// is refused is refused with a reason.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "absl/strings/ascii.h"
#include "server/service/inventory_csv.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view csv(reinterpret_cast<const char*>(data), size);
  const auto entries = holdfast::server::ParseInventory(csv);
  if (!entries.ok()) {
    Require(absl::IsInvalidArgument(entries.status()) && !entries.status().message().empty());
    return 0;
  }
  std::set<std::string> serials;
  for (const holdfast::fleet::InventoryEntry& entry : *entries) {
    Require(!entry.serial_number.empty() && entry.serial_number.size() <= holdfast::server::kLongestSerial);
    Require(entry.name.size() <= holdfast::server::kLongestInventoryText);
    Require(entry.group.size() <= holdfast::server::kLongestInventoryText);
    Require(serials.insert(absl::AsciiStrToUpper(entry.serial_number)).second);
  }
  return 0;
}
