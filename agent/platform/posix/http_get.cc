#include "agent/platform/posix/http_get.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/platform/posix/tls_session.h"
#include "base/error.h"

namespace holdfast::platform {
namespace {

constexpr size_t kMostHead = size_t{16} << 10;
constexpr size_t kMostBody = size_t{16} << 10;
constexpr size_t kRead = size_t{4} << 10;

absl::Status NotHttp(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("this is no answer of a web server: ", why));
}

absl::StatusOr<int> StatusOf(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
  int status = 0;
  const bool good = words.size() >= 2 && absl::StartsWith(words[0], "HTTP/1.") && words[1].size() == 3 &&
                    absl::SimpleAtoi(words[1], &status) && status >= 100;
  if (!good) return NotHttp("its first line has no status");
  return status;
}

// The header's value; empty when there is none.
absl::string_view Header(const std::vector<absl::string_view>& lines, absl::string_view name) {
  for (absl::string_view line : lines) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    if (absl::EqualsIgnoreCase(parts.first, name)) return absl::StripAsciiWhitespace(parts.second);
  }
  return {};
}

template <class Stream>
absl::StatusOr<HttpAnswer> Exchange(const Stream& stream, const Url& url, const Deadline& deadline) {
  const bool usual_port = url.endpoint.port == (url.tls ? 443 : 80);
  const std::string address = url.endpoint.ToString();
  const std::string host = usual_port ? address.substr(0, address.rfind(':')) : address;
  HOLDFAST_RETURN_IF_ERROR(stream.Write(absl::StrCat("GET ", url.path, " HTTP/1.1\r\nHost: ", host,
                                                     "\r\nUser-Agent: holdfast\r\nAccept: */*\r\n"
                                                     "Cache-Control: no-cache\r\nConnection: close\r\n\r\n"),
                                        deadline));
  std::string bytes;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string more, stream.Read(kRead, deadline));
    bytes.append(more);
    HOLDFAST_ASSIGN_OR_RETURN(HttpProgress progress, ReadHttp(bytes, more.empty()));
    if (progress.complete) return std::move(progress.answer);
  }
}

}  // namespace

absl::StatusOr<HttpProgress> ReadHttp(absl::string_view bytes, bool ended) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == absl::string_view::npos) {
    if (bytes.size() > kMostHead) return NotHttp("its head is too long");
    constexpr absl::string_view kBegin = "HTTP/1.";
    const size_t known = std::min(bytes.size(), kBegin.size());
    if (bytes.substr(0, known) != kBegin.substr(0, known)) return NotHttp("it does not begin as one");
    if (ended) return NotHttp("it ended too early");
    return HttpProgress{};
  }
  const std::vector<absl::string_view> lines = absl::StrSplit(bytes.substr(0, end), "\r\n");
  HttpProgress progress;
  HOLDFAST_ASSIGN_OR_RETURN(progress.answer.status, StatusOf(lines[0]));
  progress.answer.location = std::string(Header(lines, "Location"));
  progress.answer.body = std::string(bytes.substr(end + 4, kMostBody));
  uint64_t length = 0;
  const bool told = absl::SimpleAtoi(Header(lines, "Content-Length"), &length);
  const bool bodiless = progress.answer.status == 204 || progress.answer.status == 304;
  progress.complete = ended || bodiless || progress.answer.body.size() >= kMostBody ||
                      (told && progress.answer.body.size() >= length);
  return progress;
}

absl::StatusOr<HttpAnswer> HttpGet(const Url& url, const std::vector<std::string>& spki, const Way& way,
                                   const Deadline& deadline) {
  HOLDFAST_ASSIGN_OR_RETURN(Connection connection, Connection::Open(url.endpoint, way, deadline));
  if (!url.tls) return Exchange(connection, url, deadline);
  HOLDFAST_ASSIGN_OR_RETURN(const TlsSession session,
                            TlsSession::Begin(std::move(connection), url.endpoint.host, spki, deadline));
  return Exchange(session, url, deadline);
}

}  // namespace holdfast::platform
