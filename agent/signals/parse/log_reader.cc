#include "agent/signals/parse/log_reader.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/connection_text.h"
#include "agent/signals/parse/extension_text.h"
#include "agent/signals/parse/prefilter.h"
#include "agent/signals/parse/session_ref.h"
#include "base/text/width.h"

namespace holdfast::parse {
namespace {

constexpr size_t kMaxBlockField = 128;
constexpr size_t kMaxText = 300;

Reading ReadMessage(LogEvent& event) {
  const LogLine& line = event.line;
  if (line.process == "sysextd") return ReadExtensionMessage(event);
  // A bare line names no program; only the session manager describes sessions.
  const bool session_manager = line.process == "nesessionmanager" || line.process.empty();
  if (session_manager) {
    if (const Reading read = ReadSessionMessage(event); read != Reading::kNotKnown) return read;
  }
  for (const auto read : {ReadExtensionError, ReadSaveDenied, ReadConnectionMessage}) {
    if (read(event) == Reading::kFact) return Reading::kFact;
  }
  return Reading::kNotKnown;
}

bool IsFollowed(const LogLine& line) {
  return line.process == "nesessionmanager" || line.process == "sysextd" ||
         (line.process.empty() && FindSession(line.message).has_value());
}

}  // namespace

void LogReader::Feed(absl::string_view bytes) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const absl::string_view piece = bytes.substr(0, std::min(end, bytes.size()));
    const bool whole = end != absl::string_view::npos;
    if (whole && partial_.empty() && !overlong_) {
      TakeLine(piece);
    } else {
      if (!overlong_) partial_.append(piece.data(), std::min(piece.size(), kMaxLine + 2 - partial_.size()));
      overlong_ = overlong_ || partial_.size() > kMaxLine + 1;
      if (whole) Finish();
    }
    bytes.remove_prefix(piece.size() + (whole ? 1 : 0));
  }
}

void LogReader::Finish() {
  if (partial_.empty() && !overlong_) return;
  TakeLine(partial_);
  partial_.clear();
  overlong_ = false;
}

void LogReader::TakeLine(absl::string_view line) {
  if (counts_.lines++ == 0) absl::ConsumePrefix(&line, "\xEF\xBB\xBF");
  absl::ConsumeSuffix(&line, "\r");
  if (line.size() > kMaxLine) {
    ++counts_.too_long;
  } else if (TakeJsonPart(line)) {
    // Counted with its object.
  } else if (TakeBlockLine(line) || IsLogHeading(line)) {
    ++counts_.known;
  } else {
    Sift(line);
  }
}

void LogReader::Sift(absl::string_view line) {
  if (MayMatter(line)) {
    Read(line);
  } else {
    ++counts_.other;
  }
}

// "[{", indented members, "},{" between objects, "}]": the closing line counts for its object, the others are
// known. A line that is none of these ends it: then it was no such log.
bool LogReader::TakeJsonPart(absl::string_view line) {
  if (json_.empty()) {
    if (line != "[{" && line != "{") return false;
    json_ = "{";
    ++counts_.known;
    return true;
  }
  if (absl::StartsWith(line, "}")) {
    EndJson();
    if (absl::EndsWith(line, "{")) json_ = "{";
    return true;
  }
  if (!absl::StartsWith(line, " ") && !absl::StartsWith(line, "\t")) {
    json_.clear();
    return false;
  }
  ++counts_.known;
  if (json_.size() <= kMaxLine) absl::StrAppend(&json_, line);
  return true;
}

void LogReader::EndJson() {
  json_ += '}';
  if (json_.size() > kMaxLine) {
    ++counts_.too_long;
  } else {
    Sift(json_);
  }
  json_.clear();
}

bool LogReader::TakeBlockLine(absl::string_view line) {
  if (line.size() > kMaxBlockField) return false;
  if (absl::ConsumePrefix(&line, "type: ")) {
    block_ = Block();
    return true;
  }
  if (absl::ConsumePrefix(&line, "time: ")) {
    if (const auto stamp = TakeStamp(line)) block_.stamp = *stamp;
    return true;
  }
  if (absl::ConsumePrefix(&line, "process: ")) {
    block_.process.assign(line.data(), line.size());
    return true;
  }
  if (absl::ConsumePrefix(&line, "subsystem: ")) {
    block_.subsystem.assign(line.data(), line.size());
    return true;
  }
  return absl::StartsWith(line, "category: ");
}

void LogReader::Read(absl::string_view line) {
  LogEvent event;
  const bool ends_block = absl::ConsumePrefix(&line, "message: ");
  event.line = ends_block ? LogLine{block_.stamp, block_.process, 0, block_.subsystem, line}
                          : SplitLogLine(line, scratch_);
  switch (ReadMessage(event)) {
    case Reading::kFact:
      ++counts_.recognised;
      if (sink_) sink_(counts_.lines, event);
      break;
    case Reading::kKnown:
      ++counts_.known;
      break;
    case Reading::kNotKnown:
      Remember(event);
  }
  if (ends_block) block_ = Block();
}

void LogReader::Remember(const LogEvent& event) {
  if (!IsFollowed(event.line)) {
    ++counts_.other;
    return;
  }
  ++counts_.unrecognised;
  if (not_understood_.size() >= kMostNotUnderstood) return;
  const absl::string_view text = text::FirstBytes(event.line.message, kMaxText);
  const bool seen = std::any_of(not_understood_.begin(), not_understood_.end(),
                                [&](const NotUnderstood& known) { return known.text == text; });
  if (!seen) not_understood_.push_back({counts_.lines, std::string(text)});
}

}  // namespace holdfast::parse
