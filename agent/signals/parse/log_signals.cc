#include "agent/signals/parse/log_signals.h"

#include "base/text/width.h"

namespace holdfast::parse {
namespace {

constexpr size_t kMaxText = 500;  // of a sentence that goes into a row

// Logs hold any bytes; what goes into rows and messages is text.
std::string Sentence(const LogEvent& event) {
  return text::Printable(text::FirstBytes(event.text, kMaxText));
}

}  // namespace

void LogSignals::NoteAsked(const Uuid& service, Asked asked) {
  if (asked_.size() >= kMostServices && !asked_.contains(service)) return;
  asked_[service] = std::move(asked);
}

LogNews LogSignals::Note(const LogEvent& event, MonoTime now) {
  LogNews news;
  const std::string who = text::Printable(RequesterText(event.who));
  const std::string subject = text::Printable(event.subject);
  switch (event.fact) {
    case LogFact::kStartReceived:
    case LogFact::kOnDemandStart: {
      if (!event.session.id) break;
      const bool on_demand = event.fact == LogFact::kOnDemandStart;
      NoteAsked(*event.session.id, {Asked::What::kStart, on_demand ? "On Demand" : who, now});
      news.burst = bursts_.Note(now, *event.session.id, on_demand ? "" : who);
      break;
    }
    case LogFact::kStopReceived:
      if (event.session.id) NoteAsked(*event.session.id, {Asked::What::kStop, who, now});
      break;
    case LogFact::kSaveDenied:
      if (!subject.empty()) news.finding = {LogFinding::What::kProxySaveDenied, subject, Sentence(event)};
      break;
    case LogFact::kExtensionError:
      if (!subject.empty()) {
        news.extension = ExtensionHealth{subject, std::nullopt, std::nullopt, event.error, Sentence(event)};
      }
      break;
    default:
      break;
  }
  return news;
}

}  // namespace holdfast::parse
