#include "agent/signals/parse/session_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/scan.h"
#include "agent/signals/parse/session_ref.h"

namespace holdfast::parse {
namespace {

constexpr int kStopReasons = 42;

// The number of Apple's words; nothing for words outside of the table.
std::optional<int> StopReasonNumber(absl::string_view words) {
  for (int reason = 0; reason < kStopReasons; ++reason) {
    if (StopReasonText(reason) == words) return reason;
  }
  return std::nullopt;
}

std::optional<SessionStatus> StatusNamed(absl::string_view name) {
  for (auto status :
       {SessionStatus::kInvalid, SessionStatus::kDisconnected, SessionStatus::kConnecting,
        SessionStatus::kConnected, SessionStatus::kReasserting, SessionStatus::kDisconnecting}) {
    if (SessionStatusName(status) == name) return status;
  }
  return std::nullopt;
}

// "NESMVPNSessionStateStopping" -> "Stopping"
absl::string_view StateName(absl::string_view name) {
  constexpr absl::string_view kMark = "SessionState";
  const size_t at = name.find(kMark);
  return at == absl::string_view::npos ? name : name.substr(at + kMark.size());
}

void SetReason(absl::string_view words, LogEvent& event) {
  absl::string_view rest = words;
  if (const auto number = TakeNumber(rest); number && rest.empty()) {
    event.reason = number;
    event.reason_text = StopReasonText(*number);
    return;
  }
  event.reason_text = words;
  event.reason = StopReasonNumber(words);
}

// "NAME[PID]", before the end or what continues the sentence.
bool TakeNamedRequester(absl::string_view& rest, LogEvent& event) {
  for (size_t open = rest.find('['); open != absl::string_view::npos; open = rest.find('[', open + 1)) {
    absl::string_view after = rest.substr(open + 1);
    const auto pid = TakeNumber(after);
    if (!pid || !absl::ConsumePrefix(&after, "]")) continue;
    if (!after.empty() && after.front() != ':' && after.front() != ',' && after.front() != ' ') continue;
    event.who = {rest.substr(0, open), *pid};
    rest = after;
    return true;
  }
  return false;
}

// Where the publisher of a line replaced it, a word stands there. At the end of the line it may be half of a
// name that was cut, so it counts only where the sentence goes on.
void TakeRequester(absl::string_view& rest, LogEvent& event) {
  if (TakeNamedRequester(rest, event)) return;
  const size_t end = std::min({rest.find(':'), rest.find(','), rest.find(" with reason "), rest.size()});
  if (end < rest.size()) event.who = {rest.substr(0, end), 0};
  rest.remove_prefix(end);
}

Reading Fact(LogEvent& event, LogFact fact) {
  event.fact = fact;
  return Reading::kFact;
}

// After "Received a ".
Reading ReadReceived(absl::string_view rest, LogEvent& event) {
  event.restart = absl::ConsumePrefix(&rest, "restart command from ");
  if (event.restart || absl::ConsumePrefix(&rest, "start command from ")) {
    TakeRequester(rest, event);
    const bool rejected = absl::StrContains(rest, "rejected");
    return Fact(event, rejected ? LogFact::kStartRejected : LogFact::kStartReceived);
  }
  if (absl::ConsumePrefix(&rest, "stop command from ")) {
    TakeRequester(rest, event);
    if (absl::ConsumePrefix(&rest, " with reason ")) SetReason(rest, event);
    return Fact(event, LogFact::kStopReceived);
  }
  return Reading::kNotKnown;
}

// After "Skip a ".
Reading ReadSkip(absl::string_view rest, LogEvent& event) {
  event.restart = absl::ConsumePrefix(&rest, "re");
  if (!absl::ConsumePrefix(&rest, "start command from ")) return Reading::kNotKnown;
  TakeRequester(rest, event);
  absl::ConsumePrefix(&rest, ":");
  SkipBlanks(rest);
  if (absl::ConsumePrefix(&rest, "session in state ")) event.status = StatusNamed(rest);
  return Fact(event, LogFact::kStartSkipped);
}

Reading ReadRestart(absl::string_view rest, LogFact fact, LogEvent& event) {
  event.restart = true;
  TakeRequester(rest, event);
  return Fact(event, fact);
}

// After "status changed to ".
Reading ReadStatus(absl::string_view rest, LogEvent& event) {
  const absl::string_view word = rest.substr(0, std::min(rest.find(','), rest.size()));
  event.status = StatusNamed(word);
  if (!event.status) return Reading::kNotKnown;
  rest.remove_prefix(word.size());
  if (absl::ConsumePrefix(&rest, ", last stop reason ")) SetReason(rest, event);
  return Fact(event, LogFact::kStatusChanged);
}

// After "Entering state ".
Reading ReadEntering(absl::string_view rest, LogEvent& event) {
  const absl::string_view state = rest.substr(0, std::min(rest.find(','), rest.size()));
  event.state = StateName(state);
  rest.remove_prefix(state.size());
  if (absl::ConsumePrefix(&rest, ", timeout ")) {
    const auto seconds = TakeNumber(rest);
    if (absl::StartsWith(rest, " second")) event.timeout_seconds = seconds;
  }
  return Fact(event, LogFact::kStateEntered);
}

// "plugin NEVPNTunnelPlugin(io.example.vpn[inactive]) disconnected with reason Plugin failed"
bool ReadPlugin(absl::string_view text, LogEvent& event) {
  if (!absl::ConsumePrefix(&text, "plugin ") && !absl::ConsumePrefix(&text, "Plugin ")) return false;
  const size_t open = text.find('(');
  if (open != absl::string_view::npos && text.substr(0, open).find(' ') == absl::string_view::npos) {
    const absl::string_view inside = text.substr(open + 1);
    event.subject = inside.substr(0, std::min(inside.find_first_of("[)"), inside.size()));
  }
  constexpr absl::string_view kReason = " with reason ";
  if (const size_t at = text.find(kReason); at != absl::string_view::npos) {
    SetReason(text.substr(at + kReason.size()), event);
  }
  return true;
}

bool SpeaksOfOnDemand(absl::string_view text) {
  return ContainsIgnoreCase(text, "on demand") || absl::StrContains(text, "OnDemand");
}

bool IsStopAll(absl::string_view text) {
  for (absl::string_view words : {"stop all", "Stop all", "stopping all", "Stopping all"}) {
    const size_t at = text.find(words);
    if (at != absl::string_view::npos && absl::StrContains(text.substr(at), "session")) return true;
  }
  return false;
}

bool IsKnownWithoutFact(absl::string_view text) {
  static constexpr std::array<absl::string_view, 5> kHeads = {
      "sent establish IPC reply", "Sent establish IPC reply", "Registering session", "Deregistering session",
      "Received an establish IPC"};
  return std::any_of(kHeads.begin(), kHeads.end(),
                     [&](absl::string_view head) { return absl::StartsWith(text, head); });
}

Reading ReadOnDemandStart(absl::string_view rest, LogEvent& event) {
  if (const auto pid = TakeNumber(rest)) event.who = {"", *pid};
  return Fact(event, LogFact::kOnDemandStart);
}

// What follows "SESSION: " and "SESSION in state STATE: ".
Reading ReadText(absl::string_view text, LogEvent& event) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "Received a ")) {
    if (const Reading read = ReadReceived(rest, event); read != Reading::kNotKnown) return read;
  }
  if (absl::ConsumePrefix(&rest, "Skip a ")) return ReadSkip(rest, event);
  if (absl::ConsumePrefix(&rest, "Ignore restart command from ")) {
    return ReadRestart(rest, LogFact::kRestartIgnored, event);
  }
  if (absl::ConsumePrefix(&rest,
                          "Stop current session as requested by an overriding restart command from ")) {
    return ReadRestart(rest, LogFact::kRestartOverrides, event);
  }
  if (absl::ConsumePrefix(&rest, "status changed to ")) return ReadStatus(rest, event);
  if (absl::ConsumePrefix(&rest, "Entering state ")) return ReadEntering(rest, event);
  if (absl::ConsumePrefix(&rest, "Leaving state ")) {
    event.state = StateName(rest);
    return Fact(event, LogFact::kStateLeft);
  }
  if (absl::ConsumePrefix(&rest, "got On Demand start message from pid "))
    return ReadOnDemandStart(rest, event);
  if (absl::StartsWith(text, "Damping VOD request")) return Fact(event, LogFact::kDamped);
  if (absl::StrContains(text, "superceded") || absl::StrContains(text, "superseded")) {
    if (const auto by = FindSession(text)) event.other = by->session;
    return Fact(event, LogFact::kSuperseded);
  }
  if (absl::StartsWith(text, "Updated network agent")) return Fact(event, LogFact::kNetworkAgent);
  if (IsStopAll(text)) return Fact(event, LogFact::kStopAll);
  if (ReadPlugin(text, event)) return Fact(event, LogFact::kPlugin);
  if (IsKnownWithoutFact(text)) return Reading::kKnown;
  if (absl::ConsumePrefix(&rest, "Received an enable on demand command from ")) {
    TakeRequester(rest, event);
    return Fact(event, LogFact::kOnDemand);
  }
  if (SpeaksOfOnDemand(text)) return Fact(event, LogFact::kOnDemand);
  return Reading::kNotKnown;
}

// " in state STATE: text"
Reading ReadInState(absl::string_view rest, LogEvent& event) {
  const auto state = TakeThrough(rest, ": ");
  if (!state) return Reading::kNotKnown;
  event.state = StateName(*state);
  event.text = rest;
  // Whatever the text: the session was in that state.
  return ReadText(rest, event) == Reading::kFact ? Reading::kFact : Fact(event, LogFact::kInState);
}

// "<NESMServer: 0x100786780>: Request to uninstall session: SESSION"
Reading ReadServer(absl::string_view text, LogEvent& event) {
  event.text = text;
  if (absl::StrContains(text, "superceded") || absl::StrContains(text, "superseded")) {
    return Fact(event, LogFact::kSuperseded);
  }
  if (absl::StrContains(text, "Request to uninstall session"))
    return Fact(event, LogFact::kUninstallRequested);
  if (absl::StrContains(text, "Request to install session")) return Fact(event, LogFact::kInstallRequested);
  if (IsStopAll(text)) return Fact(event, LogFact::kStopAll);
  return Reading::kNotKnown;
}

// Quotations of a message alone: only what cannot be another program's.
Reading ReadWithoutSession(absl::string_view message, LogEvent& event) {
  absl::string_view rest = message;
  event.text = message;
  if (absl::ConsumePrefix(&rest, "status changed to ") && absl::StrContains(rest, "last stop reason")) {
    return ReadStatus(rest, event);
  }
  return ReadServer(message, event);
}

}  // namespace

Reading ReadSessionMessage(LogEvent& event) {
  const absl::string_view message = event.line.message;
  const auto found = FindSession(message);
  if (!found) return ReadWithoutSession(message, event);
  event.session = found->session;
  absl::string_view rest = found->after;
  event.text = message;
  if (const Reading server = ReadServer(found->before, event); server != Reading::kNotKnown) {
    event.text = message;
    return server;
  }
  if (absl::ConsumePrefix(&rest, ": ")) {
    event.text = rest;
    return ReadText(rest, event);
  }
  if (absl::ConsumePrefix(&rest, " in state ")) return ReadInState(rest, event);
  // "Personal session SESSION superceded by exclusive enterprise session SESSION"
  if (absl::StrContains(rest, "superceded") || absl::StrContains(rest, "superseded")) {
    if (const auto by = FindSession(rest)) event.other = by->session;
    event.text = message;
    return Fact(event, LogFact::kSuperseded);
  }
  return Reading::kNotKnown;
}

}  // namespace holdfast::parse
