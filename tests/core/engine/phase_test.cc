#include "core/engine/phase.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/engine/phase_doc.h"

namespace holdfast::engine {
namespace {

TEST(Phase, AStatusAfterOurOwnCommandProvesNothing) {
  EXPECT_EQ(NextPhase(Phase::kStarting, Signal::kConnecting), Phase::kStarting);
  EXPECT_EQ(NextPhase(Phase::kStarting, Signal::kDisconnecting), Phase::kStarting);
  EXPECT_EQ(NextPhase(Phase::kStopping, Signal::kDisconnecting), Phase::kStopping);
  EXPECT_EQ(NextPhase(Phase::kStopping, Signal::kUp), Phase::kStopping);
}

TEST(Phase, OnlyConnectedEndsAStartAndOnlyDisconnectedEndsAStop) {
  EXPECT_EQ(NextPhase(Phase::kStarting, Signal::kUp), Phase::kUp);
  EXPECT_EQ(NextPhase(Phase::kStarting, Signal::kDown), Phase::kDown);
  EXPECT_EQ(NextPhase(Phase::kStopping, Signal::kDown), Phase::kDown);
}

TEST(Phase, WithoutACommandTheStatusIsThePhase) {
  EXPECT_EQ(PhaseOf(SessionStatus::kInvalid), Phase::kDown);
  EXPECT_EQ(PhaseOf(SessionStatus::kDisconnected), Phase::kDown);
  EXPECT_EQ(PhaseOf(SessionStatus::kConnecting), Phase::kConnecting);
  EXPECT_EQ(PhaseOf(SessionStatus::kReasserting), Phase::kConnecting);
  EXPECT_EQ(PhaseOf(SessionStatus::kConnected), Phase::kUp);
  EXPECT_EQ(PhaseOf(SessionStatus::kDisconnecting), Phase::kDisconnecting);
}

// What each pair must come to, said as rules and not as a table.
Phase Expected(Phase phase, Signal signal) {
  if (signal == Signal::kForgotten) return Phase::kUnlearned;
  if (signal == Signal::kStartSent) return Phase::kStarting;
  if (signal == Signal::kStopSent) return Phase::kStopping;
  if (signal == Signal::kDown) return Phase::kDown;
  if (phase == Phase::kStopping) return Phase::kStopping;  // only down ends a stop
  if (phase == Phase::kStarting && signal != Signal::kUp) return Phase::kStarting;
  if (signal == Signal::kUp) return Phase::kUp;
  return signal == Signal::kConnecting ? Phase::kConnecting : Phase::kDisconnecting;
}

TEST(Phase, EveryPhaseTakesEverySignal) {
  std::set<Phase> reached;
  for (size_t phase = 0; phase < kPhaseCount; ++phase) {
    for (size_t signal = 0; signal < kSignalCount; ++signal) {
      const auto from = static_cast<Phase>(phase);
      const auto by = static_cast<Signal>(signal);
      EXPECT_EQ(NextPhase(from, by), Expected(from, by)) << PhaseName(from) << " x " << SignalName(by);
      reached.insert(NextPhase(from, by));
    }
  }
  EXPECT_EQ(reached.size(), kPhaseCount);
}

TEST(Phase, TheDocumentIsMadeFromTheTable) {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  std::ifstream file(absl::StrCat(source == nullptr ? "." : source, "/docs/engine.md"), std::ios::binary);
  const std::string document(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(document.empty());
  EXPECT_EQ(WithPhaseDoc(document), document)
      << "docs/engine.md is not current: build/bin/holdfast_engine_doc < docs/engine.md > NEW; mv NEW "
         "docs/engine.md";
  EXPECT_EQ(WithPhaseDoc("no markers"), "");
}

}  // namespace
}  // namespace holdfast::engine
