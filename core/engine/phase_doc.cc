#include "core/engine/phase_doc.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/phase.h"

namespace holdfast::engine {
namespace {

constexpr absl::string_view kBegin = "<!-- phases: begin -->\n";
constexpr absl::string_view kEnd = "<!-- phases: end -->\n";

Phase PhaseAt(size_t i) {
  return static_cast<Phase>(i);
}
Signal SignalAt(size_t i) {
  return static_cast<Signal>(i);
}

// A start is sent from down only; a stop is not sent to what is down or was not told yet.
bool Sent(Phase from, Signal signal) {
  if (signal == Signal::kStartSent) return from == Phase::kDown;
  if (signal == Signal::kStopSent) return from != Phase::kDown && from != Phase::kUnlearned;
  return true;
}

std::string Diagram() {
  std::map<std::pair<size_t, size_t>, std::vector<absl::string_view>> edges;
  for (size_t from = 0; from < kPhaseCount; ++from) {
    for (size_t signal = 0; signal < kSignalCount; ++signal) {
      const auto to = static_cast<size_t>(NextPhase(PhaseAt(from), SignalAt(signal)));
      // From everywhere to unlearned would only be lines.
      if (to == from || SignalAt(signal) == Signal::kForgotten || !Sent(PhaseAt(from), SignalAt(signal)))
        continue;
      edges[{from, to}].push_back(SignalName(SignalAt(signal)));
    }
  }
  std::string text = "```mermaid\nstateDiagram-v2\n  [*] --> unlearned\n";
  for (const auto& [edge, signals] : edges) {
    absl::StrAppend(&text, "  ", PhaseName(PhaseAt(edge.first)), " --> ", PhaseName(PhaseAt(edge.second)),
                    ": ", absl::StrJoin(signals, ", "), "\n");
  }
  return absl::StrCat(text, "```\n");
}

std::string Table() {
  std::string text = "| phase |";
  std::string rule = "|---|";
  for (size_t signal = 0; signal < kSignalCount; ++signal) {
    absl::StrAppend(&text, " ", SignalName(SignalAt(signal)), " |");
    absl::StrAppend(&rule, "---|");
  }
  absl::StrAppend(&text, "\n", rule, "\n");
  for (size_t from = 0; from < kPhaseCount; ++from) {
    absl::StrAppend(&text, "| `", PhaseName(PhaseAt(from)), "` |");
    for (size_t signal = 0; signal < kSignalCount; ++signal) {
      const Phase to = NextPhase(PhaseAt(from), SignalAt(signal));
      const bool stays = to == PhaseAt(from);
      const bool sent = Sent(PhaseAt(from), SignalAt(signal));
      absl::StrAppend(&text, " ", !sent ? "not sent" : stays ? "stays" : PhaseName(to), " |");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace

std::string PhaseDoc() {
  return absl::StrCat(Diagram(), "\n", Table());
}

std::string WithPhaseDoc(absl::string_view document) {
  const size_t begin = document.find(kBegin);
  const size_t end = document.find(kEnd);
  if (begin == absl::string_view::npos || end == absl::string_view::npos || end < begin) return "";
  return absl::StrCat(document.substr(0, begin + kBegin.size()), PhaseDoc(), document.substr(end));
}

}  // namespace holdfast::engine
