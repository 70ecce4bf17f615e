#include "core/engine/phase.h"

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

TEST(Phase, EverythingIsForgottenWithTheSessionManager) {
  for (int phase = 0; phase <= static_cast<int>(Phase::kDisconnecting); ++phase) {
    EXPECT_EQ(NextPhase(static_cast<Phase>(phase), Signal::kForgotten), Phase::kUnlearned);
  }
}

}  // namespace
}  // namespace holdfast::engine
