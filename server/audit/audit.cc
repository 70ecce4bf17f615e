#include "server/audit/audit.h"

namespace holdfast::server {

absl::Status RecordAudit(fleet::AdminStore& store, ServerTime now, const Actor& actor, const Change& change) {
  return store.AddAudit({.at = now,
                         .actor = actor.name,
                         .source = actor.source,
                         .action = change.action,
                         .target = change.target,
                         .before = change.before,
                         .after = change.after,
                         .group = change.group});
}

}  // namespace holdfast::server
