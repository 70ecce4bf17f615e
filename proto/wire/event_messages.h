// Each event has its message and a pair ToProto / FromProto, in the order of the Event variant. FromProto
// returns false for bytes of a wrong size.
#pragma once

#include "core/event/event.h"
#include "holdfast/v1/event.pb.h"

namespace holdfast::wire {

namespace pb = ::holdfast::v1;

template <class Value>
struct MessageOf;

#define HOLDFAST_EVENT_MESSAGE(Value, Message)  \
  template <>                                   \
  struct MessageOf<Value> {                     \
    using Type = pb::Message;                   \
  };                                            \
  void ToProto(const Value& e, pb::Message* m); \
  bool FromProto(const pb::Message& m, Value* e)

HOLDFAST_EVENT_MESSAGE(EpochBegan, EpochBegan);
HOLDFAST_EVENT_MESSAGE(Gap, Gap);
HOLDFAST_EVENT_MESSAGE(Pruned, Pruned);
HOLDFAST_EVENT_MESSAGE(AgentStarted, AgentStarted);
HOLDFAST_EVENT_MESSAGE(AgentStopped, AgentStopped);
HOLDFAST_EVENT_MESSAGE(SessionEvent, SessionStateChanged);
HOLDFAST_EVENT_MESSAGE(PathFacts, PathChanged);
HOLDFAST_EVENT_MESSAGE(PowerChanged, PowerChanged);
HOLDFAST_EVENT_MESSAGE(ConsoleUser, ConsoleUserChanged);
HOLDFAST_EVENT_MESSAGE(InstalledFacts, InstalledChanged);
HOLDFAST_EVENT_MESSAGE(ProbeResult, ProbeAnswered);
HOLDFAST_EVENT_MESSAGE(PolicyChange, PolicyChanged);
HOLDFAST_EVENT_MESSAGE(SessionManagerRestarted, SessionManagerRestarted);
HOLDFAST_EVENT_MESSAGE(UserRequest, UserRequested);
HOLDFAST_EVENT_MESSAGE(ClockJump, ClockJumped);
HOLDFAST_EVENT_MESSAGE(NetworkFacts, NetworkChanged);
HOLDFAST_EVENT_MESSAGE(PortalFacts, PortalChanged);
HOLDFAST_EVENT_MESSAGE(BeaconFacts, BeaconAnswered);
HOLDFAST_EVENT_MESSAGE(RestartBrake, RestartBrakeChanged);
HOLDFAST_EVENT_MESSAGE(Command, CommandIssued);
HOLDFAST_EVENT_MESSAGE(CommandOutcome, CommandEnded);
HOLDFAST_EVENT_MESSAGE(Verdict, VerdictChanged);
HOLDFAST_EVENT_MESSAGE(IncidentOpened, IncidentOpened);
HOLDFAST_EVENT_MESSAGE(IncidentClosed, IncidentClosed);
HOLDFAST_EVENT_MESSAGE(CheckResult, CheckAnswered);
HOLDFAST_EVENT_MESSAGE(OverrideBegan, OverrideBegan);
HOLDFAST_EVENT_MESSAGE(OverrideEnded, OverrideEnded);
HOLDFAST_EVENT_MESSAGE(RetryState, RetryChanged);
HOLDFAST_EVENT_MESSAGE(SystemFacts, SystemChanged);
HOLDFAST_EVENT_MESSAGE(ServerContact, ServerContactChanged);
HOLDFAST_EVENT_MESSAGE(LogFinding, LogSpoke);
HOLDFAST_EVENT_MESSAGE(SelfCheck, SelfChecked);
HOLDFAST_EVENT_MESSAGE(StartBurst, StartBurstSeen);
HOLDFAST_EVENT_MESSAGE(SetupFacts, SetupChanged);
HOLDFAST_EVENT_MESSAGE(SuspensionBegan, SuspensionBegan);
HOLDFAST_EVENT_MESSAGE(SuspensionEnded, SuspensionEnded);
HOLDFAST_EVENT_MESSAGE(CodeSpent, CodeSpent);
HOLDFAST_EVENT_MESSAGE(WrongCredential, WrongCredential);

#undef HOLDFAST_EVENT_MESSAGE

}  // namespace holdfast::wire
