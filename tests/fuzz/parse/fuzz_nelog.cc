// Any bytes as a log: no crash, the same facts whatever the pieces, and what is told is text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/signals/parse/kind.h"
#include "agent/signals/parse/log_reader.h"
#include "agent/signals/parse/log_signals.h"
#include "profiles/plist/utf8.h"

namespace holdfast::parse {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

LogCounts Counts(absl::string_view log, size_t piece) {
  LogSignals signals;
  StampClock clock;
  uint64_t told = 0;
  MonoTime last;
  LogReader reader([&](uint64_t line, const LogEvent& event) {
    ++told;
    Require(line > 0);
    const MonoTime now = clock.Note(event.line.stamp);
    Require(now >= last);
    last = now;
    const LogNews news = signals.Note(event, now);
    if (news.finding) Require(plist::FirstInvalidUtf8(news.finding->text) == absl::string_view::npos);
    if (news.burst) Require(plist::FirstInvalidUtf8(news.burst->requested_by) == absl::string_view::npos);
  });
  for (size_t at = 0; at < log.size(); at += piece) reader.Feed(log.substr(at, piece));
  reader.Finish();
  const LogCounts& c = reader.counts();
  Require(c.recognised == told);
  Require(c.lines == c.recognised + c.known + c.unrecognised + c.other + c.too_long);
  Require(reader.not_understood().size() <= LogReader::kMostNotUnderstood);
  return c;
}

}  // namespace
}  // namespace holdfast::parse

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view log(reinterpret_cast<const char*>(data), size);
  holdfast::parse::Require(holdfast::parse::Counts(log, size + 1) == holdfast::parse::Counts(log, 7));
  holdfast::parse::LooksLike(log);
  return 0;
}
