// The tables, as numbered migrations. Times are Unix nanoseconds of the server unless named otherwise;
// unsigned 64-bit numbers are stored as the signed number with the same bits; a device is its key of
// `devices`.
#pragma once

#include "absl/types/span.h"
#include "storage/sqlite/migrations.h"

namespace holdfast::fleet {

absl::Span<const sqlite::Migration> Migrations();

}  // namespace holdfast::fleet
