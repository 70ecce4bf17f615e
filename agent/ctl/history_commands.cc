#include "agent/ctl/history_commands.h"

#include <cerrno>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "agent/ctl/history_file.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text/json.h"

namespace holdfast::ctl {

Failure ExportHistoryFile(const std::string& journal, const std::string& file, const Io& io) {
  const auto reader = journal::Reader::Open(journal);
  if (!reader.ok()) return Annotate(reader.status(), "reading the journal");
  if (file.empty() || file == "-") return ExportHistory(**reader, io.out);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) return ErrnoStatus(errno, "writing", file);
  absl::Status exported = ExportHistory(**reader, out);
  out.close();
  if (exported.ok() && !out.good()) exported = ErrnoStatus(errno, "writing", file);
  return exported;
}

Failure VerifyHistoryFile(const std::string& file, bool json, const Io& io) {
  std::ifstream opened;
  const bool from_input = file == "-" && io.in != nullptr;
  if (!from_input) opened.open(file, std::ios::binary);
  if (!from_input && !opened) return {ExitCode::kUsage, ErrnoStatus(errno, "opening", file)};
  const auto found = VerifyHistory(from_input ? *io.in : opened);
  if (!found.ok()) return Annotate(found.status(), absl::StrCat("checking '", file, "'"));
  if (json) {
    text::JsonWriter out;
    out.Object()
        .Text("epoch", EpochToString(found->epoch))
        .Number("first", static_cast<int64_t>(found->first));
    out.Number("last", static_cast<int64_t>(found->last)).Number("rows", static_cast<int64_t>(found->rows));
    out.Number("holes", static_cast<int64_t>(found->holes)).Text("head", ToHex(found->head)).EndObject();
    io.out << out.Take() << "\n";
    return {};
  }
  io.out << "Epoch " << EpochToString(found->epoch) << ": " << found->rows << " rows, " << found->first
         << " to " << found->last << ", are as they were written, and each follows the one before.\n";
  if (found->holes > 0) {
    io.out << "In " << found->holes
           << " places rows are missing that the journal no longer had when it was exported.\n";
  }
  io.out << "Head: " << ToHex(found->head)
         << "\nA journal that was written anew as a whole has another head: compare it with "
         << "the one that the server has, or that a signed report rests on.\n";
  return {};
}

}  // namespace holdfast::ctl
