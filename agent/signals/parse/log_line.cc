#include "agent/signals/parse/log_line.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/log_json.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

bool TakePid(absl::string_view text, int* pid) {
  const auto number = TakeNumber(text);
  if (number) *pid = *number;
  return number.has_value();
}

// "NESMx[..." and "<NESMServer: ...": a message of the session manager, whatever stands before it.
bool BeginsMessage(absl::string_view text) {
  return absl::StartsWith(text, "NESM") || absl::StartsWith(text, "<NESM");
}

// "(NetworkExtension) [com.apple.networkextension:] message": the sender's image and the subsystem are
// optional. A bracket that is no subsystem belongs to the message.
void TakeSender(absl::string_view rest, LogLine& line) {
  SkipBlanks(rest);
  line.message = rest;
  if (absl::ConsumePrefix(&rest, "(") && TakeThrough(rest, ") ")) line.message = rest;
  rest = line.message;
  if (!absl::ConsumePrefix(&rest, "[")) return;
  const auto subsystem = TakeThrough(rest, "] ");
  if (!subsystem || absl::StrContains(*subsystem, " ")) return;
  const size_t category = subsystem->find(':');
  // Category is empty for the session manager; macOS 10.12 printed it as a dot.
  const bool old_form = category == absl::string_view::npos && absl::EndsWith(*subsystem, ".");
  if (category == absl::string_view::npos && !old_form) return;
  line.subsystem = subsystem->substr(0, old_form ? subsystem->size() - 1 : category);
  line.message = rest;
}

// "process: rest". A name may hold blanks, a bare message as well: then it is no name.
bool TakeProcessColon(absl::string_view& rest, LogLine& line) {
  absl::string_view after = rest;
  const auto process = TakeThrough(after, ": ");
  if (!process || process->empty() || BeginsMessage(rest)) return false;
  line.process = *process;
  rest = after;
  return true;
}

// "process[123]: ", "process[123] <Notice>: " and compact's "process[123:4a5] ".
bool TakeProcessPid(absl::string_view& rest, LogLine& line) {
  absl::string_view after = rest;
  const auto process = TakeThrough(after, "[");
  if (!process || process->empty() || BeginsMessage(rest) || !TakePid(after, &line.pid)) return false;
  const auto inside = TakeThrough(after, "]");
  if (!inside || absl::StrContains(*inside, " ")) return false;
  if (absl::StartsWith(after, " <")) TakeThrough(after, ">");
  absl::ConsumePrefix(&after, ":");
  if (!after.empty() && after.front() != ' ') return false;
  line.process = *process;
  rest = after;
  return true;
}

// After "0x10a8 ": "Default 0x0 505 0 process: ...". The TTL's column is younger than macOS 10.12.
bool SplitDefault(absl::string_view rest, LogLine& line) {
  if (!absl::StartsWith(TakeWord(rest), "0x")) return false;
  SkipBlanks(rest);
  TakeWord(rest);  // the type
  SkipBlanks(rest);
  if (!absl::StartsWith(TakeWord(rest), "0x")) return false;
  SkipBlanks(rest);
  const auto pid = TakeNumber(rest);
  if (!pid || rest.empty() || rest.front() != ' ') return false;
  line.pid = *pid;
  SkipBlanks(rest);
  absl::string_view without_ttl = rest;
  if (TakeNumber(without_ttl) && absl::StartsWith(without_ttl, " ")) {
    SkipBlanks(without_ttl);
    rest = without_ttl;
  }
  if (!TakeProcessColon(rest, line)) return false;
  TakeSender(rest, line);
  return true;
}

// After "Df " or "localhost ": "process[123:4a5] ..." and "process[123]: ...".
bool SplitAfterWord(absl::string_view rest, LogLine& line) {
  TakeWord(rest);
  SkipBlanks(rest);
  if (!TakeProcessPid(rest, line)) return false;
  TakeSender(rest, line);
  return true;
}

// What Console's copies append: the columns subsystem and category.
void DropTrailingColumns(absl::string_view& message) {
  for (absl::string_view column : {"com.apple.networkextension", "com.apple.sx", "com.apple.network"}) {
    if (!absl::ConsumeSuffix(&message, column)) continue;
    while (!message.empty() && absl::ascii_isspace(static_cast<unsigned char>(message.back()))) {
      message.remove_suffix(1);
    }
  }
}

// Tab separated: the type, the time, the process, further columns in any number, the message.
bool SplitConsole(absl::string_view rest, LogLine& line) {
  bool timed = false;
  while (true) {
    if (!timed) {
      absl::string_view copy = rest;
      const auto stamp = TakeStamp(copy);
      if (stamp && (copy.empty() || copy.front() == '\t')) {
        line.stamp = *stamp;
        timed = true;
      }
    }
    const auto column = TakeThrough(rest, "\t");
    if (!column) break;
    if (!timed) continue;
    if (!column->empty() && !absl::ascii_isdigit(static_cast<unsigned char>(column->front()))) {
      line.process = *column;
      break;
    }
    if (BeginsMessage(rest)) break;
  }
  if (!timed) return false;
  line.message = rest;
  return true;
}

// A time alone before the message, as in copies of some of Console's columns.
void SplitBare(absl::string_view rest, LogLine& line) {
  SkipBlanks(rest);
  line.message = rest;
  if (BeginsMessage(rest)) return;
  if (TakeProcessPid(rest, line)) {
    line.process = AfterLast(line.process, ' ');  // a date of a form not known here
    TakeSender(rest, line);
    return;
  }
  for (absl::string_view known : {"nesessionmanager", "sysextd", "nehelper"}) {
    if (absl::StartsWith(rest, known) && TakeProcessColon(rest, line)) {
      TakeSender(rest, line);
      return;
    }
  }
}

}  // namespace

LogLine SplitLogLine(absl::string_view line, std::string& scratch) {
  LogLine out;
  out.message = line;
  if (!line.empty() && (line.front() == '{' || line.front() == '[' || line.front() == ',')) {
    if (SplitJsonLine(line, scratch, out)) return out;
  }
  absl::string_view rest = line;
  SkipBlanks(rest);
  if (absl::StrContains(line, "\t") && SplitConsole(rest, out)) {
    DropTrailingColumns(out.message);
    return out;
  }
  if (const auto stamp = TakeStamp(rest)) {
    out.stamp = *stamp;
    SkipBlanks(rest);
    if (SplitDefault(rest, out)) return out;
    if (!BeginsMessage(rest) && SplitAfterWord(rest, out)) return out;
  }
  SplitBare(rest, out);
  DropTrailingColumns(out.message);
  return out;
}

bool IsLogHeading(absl::string_view line) {
  static constexpr std::array<absl::string_view, 7> kHeads = {
      "Timestamp ",  "Filtering the log data", "Skipping info and debug messages",
      "Log      - ", "Activity - Create",      "=====",
      "-----"};
  return std::any_of(kHeads.begin(), kHeads.end(),
                     [&](absl::string_view head) { return absl::StartsWith(line, head); });
}

}  // namespace holdfast::parse
