// Reads a log as it comes, in pieces of any size, and tells each line that says something. Memory stays what
// the longest line needs; lines of no interest cost a search and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/signals/parse/log_event.h"
#include "agent/signals/parse/session_text.h"

namespace holdfast::parse {

struct LogCounts {
  uint64_t lines = 0;
  uint64_t recognised = 0;    // told
  uint64_t known = 0;         // understood, and without a fact: headings, routine
  uint64_t unrecognised = 0;  // of the programs that are followed, and not understood
  uint64_t other = 0;         // of other programs, or of no log
  uint64_t too_long = 0;      // more than LogReader::kMaxLine bytes: not looked into
  friend bool operator==(const LogCounts&, const LogCounts&) = default;
};

// A message that was not understood, at its first occurrence.
struct NotUnderstood {
  uint64_t line = 0;
  std::string text;
};

// Not thread-safe. Line numbers begin with 1.
class LogReader {
 public:
  // The event and its views hold during the call only.
  using Sink = std::function<void(uint64_t line, const LogEvent& event)>;
  explicit LogReader(Sink sink) : sink_(std::move(sink)) {}

  void Feed(absl::string_view bytes);
  // The last line may lack its end. Afterwards a new log may be fed; counts go on.
  void Finish();

  const LogCounts& counts() const { return counts_; }
  // The first kMostNotUnderstood different ones.
  const std::vector<NotUnderstood>& not_understood() const { return not_understood_; }

  static constexpr size_t kMaxLine = size_t{64} << 10;
  static constexpr size_t kMostNotUnderstood = 20;

 private:
  // Details of one entry, copied from Console: "time: ...", "process: ...", "message: ..." on lines of their
  // own.
  struct Block {
    LogStamp stamp;
    std::string process;
    std::string subsystem;
  };
  void TakeLine(absl::string_view line);
  void Read(absl::string_view line);
  void Sift(absl::string_view line);
  bool TakeBlockLine(absl::string_view line);
  bool TakeJsonPart(absl::string_view line);
  void EndJson();
  void Remember(const LogEvent& event);

  Sink sink_;
  LogCounts counts_;
  std::vector<NotUnderstood> not_understood_;
  std::string partial_;    // the beginning of a line whose end has not come
  bool overlong_ = false;  // the rest of the line is skipped
  std::string scratch_;
  Block block_;
  std::string json_;  // an object of `log show --style json`, of which each member has its line; empty: none
};

}  // namespace holdfast::parse
