// How the agent opens its journal: storage knows no protobuf and no kinds of rows, so both come from here.
#pragma once

#include <string>

#include "storage/journal/journal.h"

namespace holdfast::agent {

// Clock and random source must outlive the journal.
journal::OpenOptions JournalOptions(const std::string& path, RandomSource& random, const Clock& clock);

}  // namespace holdfast::agent
