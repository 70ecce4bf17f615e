// History with filters. Each shape of filter has one plan whose cost does not depend on the planner's
// guesses: by subject, by kind, or by number.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "storage/journal/journal.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

absl::StatusOr<std::vector<Row>> RunQuery(sqlite::Database& db, Epoch epoch, const Filter& filter);

}  // namespace holdfast::journal
