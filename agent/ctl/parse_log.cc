// holdfastctl parse nelog

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/ctl/parse_kinds.h"
#include "agent/signals/parse/log_reader.h"
#include "agent/signals/parse/log_signals.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

using parse::LogEvent;
using parse::LogFact;

constexpr size_t kHead = size_t{64} << 10;  // what tells one kind of text from another

std::string SessionText(const parse::SessionRef& session) {
  if (session.session_class.empty()) return "";
  return session.id ? absl::StrCat(session.name, " (", session.id->ToString(), ")")
                    : std::string(session.name);
}

// What is added to the fact's name: the values that it came with.
std::string Details(const LogEvent& event) {
  std::string out;
  const auto add = [&](absl::string_view before, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&out, before, value);
  };
  add(" from ", parse::RequesterText(event.who));
  if (event.restart) out += " (restart)";
  add(event.fact == LogFact::kStatusChanged ? " to " : " in status ",
      event.status ? SessionStatusName(*event.status) : "");
  add(": ", event.reason_text);
  if (event.reason) absl::StrAppend(&out, " (reason ", *event.reason, ")");
  add(" ", event.state);
  if (event.timeout_seconds) absl::StrAppend(&out, ", timeout ", *event.timeout_seconds, " s");
  add(" ", event.connection);
  add(" on ", event.interface_name);
  return out;
}

// Facts whose sentence says more than their values.
bool ShowsText(LogFact fact) {
  switch (fact) {
    case LogFact::kInState:
    case LogFact::kPlugin:
    case LogFact::kOnDemand:
    case LogFact::kSuperseded:
    case LogFact::kStopAll:
    case LogFact::kExtensionRequested:
    case LogFact::kExtensionState:
    case LogFact::kExtensionError:
    case LogFact::kSaveDenied:
    case LogFact::kNetworkAgent:
      return true;
    default:
      return false;
  }
}

std::string Words(const LogEvent& event) {
  const std::string session = SessionText(event.session);
  const std::string subject = session.empty() ? std::string(event.line.process) : session;
  std::string out = absl::StrCat(subject, subject.empty() ? "" : ": ",
                                 absl::StrReplaceAll(LogFactName(event.fact), {{"_", " "}}));
  if (!ShowsText(event.fact)) return out + Details(event);
  return absl::StrCat(out, event.state.empty() ? "" : " ", event.state, ": ", event.text);
}

void Write(text::JsonWriter& json, absl::string_view key, const parse::SessionRef& session) {
  if (session.session_class.empty()) return;
  json.Object(key);
  Put(json, "class", session.session_class);
  Put(json, "name", session.name);
  if (session.id) json.Text("id", session.id->ToString());
  json.EndObject();
}

std::optional<int> Told(int number) {
  return number == 0 ? std::nullopt : std::optional(number);
}

void Write(text::JsonWriter& json, uint64_t line, const LogEvent& event) {
  json.Number("line", static_cast<int64_t>(line));
  Put(json, "time", event.line.stamp.ToString());
  Put(json, "process", event.line.process);
  Put(json, "pid", Told(event.line.pid));
  Put(json, "fact", LogFactName(event.fact));
  Write(json, "session", event.session);
  Write(json, "by_session", event.other);
  Put(json, "requested_by", event.who.name);
  Put(json, "requested_by_pid", Told(event.who.pid));
  if (event.restart) json.Bool("restart", true);
  if (event.status) json.Text("status", SessionStatusName(*event.status));
  Put(json, "reason", event.reason);
  Put(json, "reason_text", event.reason_text);
  Put(json, "state", event.state);
  Put(json, "timeout_seconds", event.timeout_seconds);
  Put(json, "subject", event.subject);
  Put(json, "error", Told(event.error));
  Put(json, "connection", event.connection);
  Put(json, "interface", event.interface_name);
  Put(json, "text", event.text);
}

class LogPrinter {
 public:
  LogPrinter(bool json, const Io& io)
      : out_("nelog", json, io),
        reader_([this](uint64_t line, const LogEvent& event) { Take(line, event); }) {}

  void Feed(absl::string_view bytes) { reader_.Feed(bytes); }
  void End() {
    reader_.Finish();
    const parse::LogCounts& c = reader_.counts();
    std::vector<parse::OddLine> odd;
    for (const parse::NotUnderstood& message : reader_.not_understood())
      odd.push_back({message.line, message.text});
    out_.End({{"lines", c.lines},
              {"recognised", c.recognised},
              {"without a fact", c.known},
              {"not recognised", c.unrecognised},
              {"of other programs", c.other},
              {"too long", c.too_long}},
             odd);
  }
  const parse::LogCounts& counts() const { return reader_.counts(); }

 private:
  void Take(uint64_t line, const LogEvent& event) {
    out_.Fact([&](text::JsonWriter& json) { Write(json, line, event); });
    if (!out_.json()) {
      const std::string time = event.line.stamp.ToString();
      out_.Text(
          absl::StrCat(line, "  ", time, time.empty() ? "" : "  ", text::Printable(Words(event)), "\n"));
    }
    const parse::LogNews news = signals_.Note(event, clock_.Note(event.line.stamp));
    if (news.burst) Burst(line, *news.burst);
  }

  // What follows from several lines.
  void Burst(uint64_t line, const StartBurst& burst) {
    const std::string who = burst.requested_by.empty() ? "On Demand" : burst.requested_by;
    out_.Fact([&](text::JsonWriter& json) {
      json.Number("line", static_cast<int64_t>(line));
      json.Text("fact", "start_burst").Text("service", burst.service.ToString());
      Put(json, "requested_by", who);
      json.Number("starts", burst.starts).Number("within_ms", absl::ToInt64Milliseconds(burst.within));
    });
    out_.Text(absl::StrCat(line, "  burst: ", burst.starts, " starts of ", burst.service.ToString(), " by ",
                           who, " within ",
                           absl::FormatDuration(absl::Trunc(burst.within, absl::Milliseconds(1))), "\n"));
  }

  ParseOutput out_;
  parse::LogReader reader_;
  parse::LogSignals signals_;
  parse::StampClock clock_;
};

}  // namespace

absl::Status ParseNelog(std::istream& in, bool json, const Io& io, std::string* head) {
  LogPrinter printer(json, io);
  std::string piece(size_t{64} << 10, '\0');
  while (in) {
    // Up to the line's end, which it takes; a longer line comes in several pieces.
    in.getline(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto taken = static_cast<size_t>(in.gcount());
    const bool longer = in.fail() && !in.eof() && taken == piece.size() - 1;
    if (longer) in.clear();
    const bool ended = !in.fail() && !in.eof() && !longer;
    const absl::string_view text = absl::string_view(piece).substr(0, ended ? taken - 1 : taken);
    if (head->size() < kHead) absl::StrAppend(head, text, ended ? "\n" : "");
    printer.Feed(text);
    if (ended) printer.Feed("\n");
  }
  printer.End();
  const parse::LogCounts& counts = printer.counts();
  if (counts.recognised + counts.known + counts.unrecognised > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("no line of it is of the session manager or of what is read beside it");
}

}  // namespace holdfast::ctl
