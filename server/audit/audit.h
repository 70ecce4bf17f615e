// Who did what to which, from where, and what it was before and after. Entries are part of the transaction of
// the action they tell of: an action that is stored is audited, and one that is not is not.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "server/authz/check.h"
#include "storage/fleet/store.h"

namespace holdfast::server {

struct Change {
  std::string action;  // "PutPolicy", "Enroll"
  std::string target;  // "policy:GROUP", "device:UUID", "token:ID"
  std::string before;
  std::string after;
  std::string group{};  // whose admins may see it; empty: only who sees the whole fleet
};

// Inside an open transaction of the store.
absl::Status RecordAudit(fleet::AdminStore& store, ServerTime now, const Actor& actor, const Change& change);

}  // namespace holdfast::server
