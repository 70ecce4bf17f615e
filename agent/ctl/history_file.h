// A journal as a file that anybody can check: a line of JSON for each row, with the bytes that its hash
// covers (docs/journal.md). `holdfastctl history export` writes one, `history verify` reads it.
#pragma once

#include <cstdint>
#include <istream>
#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/journal/reader.h"

namespace holdfast::ctl {

// Every row up to the head that the journal has when this is called.
absl::Status ExportHistory(const journal::Reader& journal, std::ostream& out);

struct HistoryFile {
  Epoch epoch = 0;
  uint64_t first = 0, last = 0;
  uint64_t rows = 0;
  uint64_t holes = 0;  // stretches of rows that the journal no longer had
  Sha256Digest head{};
};

// DATA_LOSS names the first row that is not what its hash says, does not follow the one before, or says other
// words than its bytes; and tells of a file that was cut short. INVALID_ARGUMENT when it is no such file.
absl::StatusOr<HistoryFile> VerifyHistory(std::istream& in);

}  // namespace holdfast::ctl
