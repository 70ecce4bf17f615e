#include <utility>

#include "base/error.h"
#include "storage/fleet/store.h"

namespace holdfast::fleet {

absl::StatusOr<Transaction> Transaction::Begin(FleetStore& store) {
  HOLDFAST_RETURN_IF_ERROR(store.Begin());
  return Transaction(&store);
}

absl::Status Transaction::Commit() {
  return std::exchange(store_, nullptr)->Commit();
}

}  // namespace holdfast::fleet
