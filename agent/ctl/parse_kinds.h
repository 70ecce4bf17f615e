// One function for each kind of text that `holdfastctl parse` knows: reads it and prints what it says.
#pragma once

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/ctl/parse_output.h"

namespace holdfast::ctl {

// INVALID_ARGUMENT when the text is none of the kind; nothing was printed then.
absl::Status ParseScutilList(absl::string_view text, bool json, const Io& io);
absl::Status ParseScutilStatus(absl::string_view text, bool json, const Io& io);
absl::Status ParseSysextList(absl::string_view text, bool json, const Io& io);
absl::Status ParseSysextDb(absl::string_view bytes, bool json, const Io& io);
absl::Status ParseProfilesXml(absl::string_view text, bool json, const Io& io);
absl::Status ParseNePlist(absl::string_view bytes, bool json, const Io& io);

// Prints line by line as the log comes, so that neither its size nor its end matters: it may be one that goes
// on. INVALID_ARGUMENT when nothing of it is of a log; counts were printed then. `head` gets its beginning.
absl::Status ParseNelog(std::istream& in, bool json, const Io& io, std::string* head);

}  // namespace holdfast::ctl
