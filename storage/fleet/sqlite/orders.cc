#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {

absl::Status SqliteFleetStore::AddOrder(const OrderRecord& order) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add, db_->Prepare("INSERT INTO orders(number, expires, signed, signature) VALUES(?,?,?,?)"));
  return add
      .BindAll(order.number, order.expires.ns, sqlite::Blob{order.signed_bytes},
               sqlite::Blob{order.signature})
      .Run();
}

absl::StatusOr<std::vector<OrderRecord>> SqliteFleetStore::OrdersAfter(ServerTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(auto list, db_->Prepare("SELECT number, expires, signed, signature FROM orders "
                                                    "WHERE expires > ? ORDER BY number DESC"));
  list.BindAll(now.ns);
  std::vector<OrderRecord> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return out;
    out.push_back({list.U64(0), TimeAt(list, 1), BytesAt(list, 2), BytesAt(list, 3)});
  }
}

absl::StatusOr<uint64_t> SqliteFleetStore::LastOrder() {
  HOLDFAST_ASSIGN_OR_RETURN(auto last, db_->Prepare("SELECT coalesce(max(number), 0) FROM orders"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, last.Step());
  return found ? last.U64(0) : 0;
}

}  // namespace holdfast::fleet
