#include "agent/ctl/history_file.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/text/json.h"
#include "core/event/event.h"

namespace holdfast::ctl {
namespace {

constexpr char kFormat[] = "holdfast-journal-export-1";
constexpr size_t kRowsAtOnce = 1000;
constexpr size_t kBytesAtOnce = size_t{4} << 20;
// A row of the largest payload and subject in hexadecimal, and what stands around it.
constexpr size_t kLongestLine =
    (journal::kMaxPayload + journal::kMaxSubject) * 2 + 200'000 + journal::kMaxSubject * 4;

struct Header {
  Epoch epoch = 0;
  uint64_t through = 0;
  std::string head;
};

std::string LineOf(const Header& header) {
  text::JsonWriter json;
  json.Object().Text("format", kFormat).Text("epoch", EpochToString(header.epoch));
  json.Number("through", static_cast<int64_t>(header.through)).Text("head", header.head).EndObject();
  return json.Take();
}

// JSON has no bytes: what is not ASCII is escaped, as in C.
std::string LineOf(const journal::Row& row, absl::string_view canonical) {
  text::JsonWriter json;
  json.Object().Number("seq", static_cast<int64_t>(row.seq)).Text("time", FormatUtc(row.at.wall));
  json.Text("kind", RowKindName(static_cast<RowKind>(row.kind)));
  json.Text("subject", absl::CHexEscape(row.subject));
  json.Text("canonical", absl::BytesToHexString(canonical)).Text("hash", ToHex(row.hash)).EndObject();
  return json.Take();
}

// Of `"name":"value"` the value; nothing when it is not there.
std::optional<absl::string_view> Value(absl::string_view line, absl::string_view name) {
  const std::string before = absl::StrCat("\"", name, "\":");
  const size_t begin = line.find(before);
  if (begin == absl::string_view::npos) return std::nullopt;
  line.remove_prefix(begin + before.size());
  const bool quoted = !line.empty() && line[0] == '"';
  if (quoted) line.remove_prefix(1);
  const size_t end = line.find_first_of(quoted ? "\"" : ",}");
  if (end == absl::string_view::npos) return std::nullopt;
  return line.substr(0, end);
}

std::optional<std::string> FromHex(absl::string_view hex) {
  const bool whole = hex.size() % 2 == 0 && std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit);
  if (!whole) return std::nullopt;
  return absl::HexStringToBytes(hex);
}

absl::StatusOr<Header> ReadHeader(absl::string_view line) {
  const auto epoch = Value(line, "epoch"), through = Value(line, "through"), head = Value(line, "head");
  Header header;
  if (epoch && through && head && absl::SimpleAtoi(*through, &header.through)) {
    header.head = std::string(*head);
    const absl::StatusOr<Epoch> parsed = ParseEpoch(std::string(*epoch));
    if (parsed.ok()) header.epoch = *parsed;
    if (parsed.ok() && LineOf(header) == line) return header;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("its first line is not that of `holdfastctl history export` (format ", kFormat, ")"));
}

class Verifier {
 public:
  explicit Verifier(const Header& header) : header_(header) { file_.epoch = header.epoch; }

  absl::Status Take(absl::string_view line) {
    const auto hex = Value(line, "canonical");
    const auto bytes = hex ? FromHex(*hex) : std::nullopt;
    const auto row = bytes ? journal::ParseCanonical(*bytes) : absl::DataLossError("");
    if (!row.ok()) return Bad("it is no row");
    HOLDFAST_RETURN_IF_ERROR(Follows(*row));
    if (LineOf(row->row, *bytes) != line) {
      return Bad(
          absl::StrCat("what it says of row ", row->row.seq, " is not what that row's bytes and hash say"));
    }
    if (file_.rows++ == 0) file_.first = row->row.seq;
    file_.last = row->row.seq;
    file_.head = row->row.hash;
    return absl::OkStatus();
  }

  absl::StatusOr<HistoryFile> End() const {
    if (file_.last == header_.through && ToHex(file_.head) == header_.head) return file_;
    return absl::DataLossError(
        absl::StrCat("it ends at row ", file_.last, " and its first line promises row ", header_.through,
                     " with hash ", header_.head, ": it was cut short, or its last row is another"));
  }

 private:
  absl::Status Bad(const std::string& what) const {
    return absl::DataLossError(absl::StrCat("line ", file_.rows + 2, ": ", what));
  }

  absl::Status Follows(const journal::ChainedRow& row) {
    const uint64_t seq = row.row.seq;
    if (row.row.epoch != header_.epoch) return Bad(absl::StrCat("row ", seq, " is of another epoch"));
    if (file_.rows == 0) {
      const bool begins = seq != 1 || row.previous == journal::kGenesis;
      return begins ? absl::OkStatus() : Bad("row 1 has a row before it");
    }
    if (seq <= file_.last) return Bad(absl::StrCat("row ", seq, " comes after row ", file_.last));
    if (seq > file_.last + 1) return ++file_.holes, absl::OkStatus();
    if (row.previous == file_.head) return absl::OkStatus();
    return Bad(absl::StrCat("row ", seq, " does not follow row ", file_.last,
                            " as that row is here: one of them was changed"));
  }

  const Header header_;
  HistoryFile file_;
};

// False at the end. A line that no row can be is cut there, and refused for what it is then.
bool NextLine(std::istream& in, std::string& line) {
  line.clear();
  char c = 0;
  bool any = false;
  while (in.get(c)) {
    any = true;
    if (c == '\n') return true;
    if (line.size() <= kLongestLine) line += c;
  }
  return any;
}

}  // namespace

absl::Status ExportHistory(const journal::Reader& journal, std::ostream& out) {
  HOLDFAST_ASSIGN_OR_RETURN(const journal::Head head, journal.head());
  out << LineOf(Header{head.epoch, head.seq, ToHex(head.hash)}) << "\n";
  uint64_t done = 0;
  while (done < head.seq) {
    HOLDFAST_ASSIGN_OR_RETURN(const auto rows, journal.ReadAfter(done, kRowsAtOnce, kBytesAtOnce));
    if (rows.empty()) break;
    HOLDFAST_ASSIGN_OR_RETURN(Sha256Digest previous, journal.HashAt(rows.front().seq - 1));
    for (const journal::Row& row : rows) {
      if (row.seq > head.seq) break;
      if (row.epoch != head.epoch) return absl::UnavailableError("a new epoch began meanwhile: try again");
      out << LineOf(row, journal::CanonicalBytes(row, previous)) << "\n";
      previous = row.hash;
    }
    done = rows.back().seq;
  }
  return out.good() ? absl::OkStatus()
                    : absl::UnavailableError("the export could not be written: is the disk full?");
}

absl::StatusOr<HistoryFile> VerifyHistory(std::istream& in) {
  std::string line;
  if (!NextLine(in, line)) return absl::InvalidArgumentError("it is empty");
  HOLDFAST_ASSIGN_OR_RETURN(const Header header, ReadHeader(line));
  Verifier verifier(header);
  while (NextLine(in, line)) HOLDFAST_RETURN_IF_ERROR(verifier.Take(line));
  return verifier.End();
}

}  // namespace holdfast::ctl
