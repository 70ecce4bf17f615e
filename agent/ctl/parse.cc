#include "agent/ctl/parse.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <istream>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/ctl/parse_kinds.h"
#include "agent/signals/parse/kind.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::ctl {
namespace {

using parse::Kind;

// One byte more than any reader takes is enough to be refused.
constexpr size_t kMaxBytes = parse::kMaxTextBytes + 1;

std::string ReadUpTo(std::istream& in, size_t most) {
  std::string bytes(most, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

absl::Status Unreadable(int error, const std::string& file) {
  return Annotate(ErrnoStatus(error, "opening", file), "parse");
}

Failure Refused(const ParseOptions& options, absl::string_view text, const absl::Status& why) {
  const std::string source = options.file == "-" ? "standard input" : absl::StrCat("'", options.file, "'");
  std::string message = absl::StrCat("reading ", source, " as ", options.kind, ": ", why.message());
  const std::optional<Kind> other = parse::LooksLike(text);
  if (other && parse::KindName(*other) != options.kind) {
    const bool ended = absl::EndsWith(message, ".") || absl::EndsWith(message, "?");
    absl::StrAppend(&message, ended ? " It looks like " : ". It looks like ", parse::KindOrigin(*other),
                    ": try `holdfastctl parse ", parse::KindName(*other), " ", options.file, "`");
  }
  return {ExitCode::kFailed, absl::InvalidArgumentError(message)};
}

absl::Status ReadWhole(Kind kind, absl::string_view text, bool json, const Io& io) {
  switch (kind) {
    case Kind::kScutilList:
      return ParseScutilList(text, json, io);
    case Kind::kScutilStatus:
      return ParseScutilStatus(text, json, io);
    case Kind::kSysextList:
      return ParseSysextList(text, json, io);
    case Kind::kSysextDb:
      return ParseSysextDb(text, json, io);
    case Kind::kProfilesXml:
      return ParseProfilesXml(text, json, io);
    case Kind::kNePlist:
      return ParseNePlist(text, json, io);
    case Kind::kNelog:
      break;
  }
  return absl::InternalError("a log is read line by line");
}

Failure ParseStream(std::istream& in, const ParseOptions& options, bool json, const Io& io) {
  const Kind kind = *parse::KindNamed(options.kind);
  std::string text;
  absl::Status read;
  if (kind == Kind::kNelog && in.peek() != std::istream::traits_type::eof()) {
    read = ParseNelog(in, json, io, &text);
  } else {
    text = ReadUpTo(in, kMaxBytes);
    read = absl::InvalidArgumentError("it is empty");
    if (!absl::StripAsciiWhitespace(text).empty()) read = ReadWhole(kind, text, json, io);
  }
  return read.ok() ? Failure() : Refused(options, text, read);
}

}  // namespace

Failure ParseFile(const ParseOptions& options, bool json, const Io& io) {
  if (options.file == "-") {
    if (io.in == nullptr)
      return {ExitCode::kUsage, absl::InvalidArgumentError("parse: there is no standard input")};
    return ParseStream(*io.in, options, json, io);
  }
  if (std::error_code error; std::filesystem::is_directory(options.file, error)) {
    return {ExitCode::kUsage, Unreadable(EISDIR, options.file)};
  }
  errno = 0;
  std::ifstream in(options.file, std::ios::binary);
  if (!in) return {ExitCode::kUsage, Unreadable(errno == 0 ? EIO : errno, options.file)};
  return ParseStream(in, options, json, io);
}

}  // namespace holdfast::ctl
