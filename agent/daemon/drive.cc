// The loop around the engine: one input at a time, its effects in order, then the next deadline.
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/daemon/agent.h"
#include "agent/daemon/credentials.h"

namespace holdfast::agent {

// Inputs that arise while effects are carried out wait until all of those are.
void Agent::Dispatch(EngineInput input) {
  if (!running_ || stopping_) return;
  inputs_.push_back(std::move(input));
  if (std::exchange(stepping_, true)) return;
  while (!inputs_.empty()) {
    const EngineInput next = std::move(inputs_.front());
    inputs_.pop_front();
    StepOnce(next);
  }
  stepping_ = false;
  SetDeadline();
}

void Agent::StepOnce(const EngineInput& input) {
  const Stamp now = parts_.clock.Now();
  override_begun_.reset();
  guessed_ = false;
  const std::vector<Effect> effects = engine_.Step(now, input);
  if (parts_.stepped) parts_.stepped(now, input, effects, engine_.NextDeadline());
  for (const Effect& effect : effects) Carry(now, effect);
}

void Agent::Carry(const Stamp& now, const Effect& effect) {
  if (const auto* record = std::get_if<Record>(&effect)) return CarryRecord(now, *record);
  if (const auto* start = std::get_if<StartSession>(&effect)) return CarryStart(*start);
  if (const auto* stop = std::get_if<StopSession>(&effect)) return CarryStop(*stop);
  if (const auto* answer = std::get_if<AnswerRequest>(&effect)) return CarryAnswer(*answer);
  if (const auto* notice = std::get_if<NotifyUser>(&effect)) {
    if (parts_.notify) parts_.notify(*notice);
    return;
  }
  CarryQuestion(effect);
}

void Agent::CarryRecord(const Stamp& now, const Record& record) {
  if (const auto* began = std::get_if<OverrideBegan>(&record.event)) override_begun_ = *began;
  guessed_ = guessed_ || std::holds_alternative<WrongCredential>(record.event);
  if (const auto* spent = std::get_if<CodeSpent>(&record.event))
    RememberSpentCode(parts_.files, spent->code_id);
  rows_.Add(now, record.event);
}

void Agent::CarryStart(const StartSession& start) {
  inputs_.push_back(CommandAnswer{start.command, parts_.backend.StartSession(start.service, start.as_uid)});
}

void Agent::CarryStop(const StopSession& stop) {
  inputs_.push_back(CommandAnswer{stop.command, parts_.backend.StopSession(stop.service)});
}

void Agent::CarryQuestion(const Effect& effect) {
  if (const auto* probe = std::get_if<RunProbe>(&effect)) {
    parts_.prober.Run(probe->service, probe->probe, probe->timeout,
                      lifetime_.Guard([this](ProbeResult result) { Dispatch(std::move(result)); }));
  } else if (const auto* look = std::get_if<LookForPortal>(&effect)) {
    parts_.prober.LookForPortal(look->probes, look->path, look->timeout,
                                lifetime_.Guard([this](PortalFacts facts) { Dispatch(std::move(facts)); }));
  } else if (const auto* ask = std::get_if<AskBeacon>(&effect)) {
    parts_.prober.AskBeacon(ask->network, ask->path, ask->timeout,
                            lifetime_.Guard([this](BeaconFacts facts) { Dispatch(std::move(facts)); }));
  } else if (const auto* count = std::get_if<CountInbound>(&effect)) {
    CarryCount(*count);
  }
}

// The first look of a tunnel's life is not compared: a counter begins anew with it.
void Agent::CarryCount(const CountInbound& count) {
  parts_.backend.CountInbound(
      count.service, lifetime_.Guard([this, service = count.service](const absl::StatusOr<uint64_t>& bytes) {
        const auto before = inbound_.find(service);
        const bool known = before != inbound_.end();
        const uint64_t last = known ? before->second : 0;
        if (!bytes.ok()) return void(inbound_.erase(service));
        inbound_[service] = *bytes;
        if (!known) return;
        ProbeResult result{.service = service, .target = "inbound", .ok = *bytes != last};
        if (!result.ok) result.error = "no byte came in";
        Dispatch(std::move(result));
      }));
}

void Agent::CarryAnswer(const AnswerRequest& answer) {
  if (answer.status.ok() && override_begun_) return AnswerWhenDurable(answer, *override_begun_);
  if (guessed_) return AnswerGuess(answer);
  const auto waiting = answers_.extract(answer.request);
  if (!waiting.empty()) waiting.mapped()(answer.status, answer.text);
}

// An override is spent once: it counts only when its row is on disk. When the disk will not take it, it ends
// again.
void Agent::AnswerWhenDurable(const AnswerRequest& answer, const OverrideBegan& began) {
  rows_.WhenDurable([this, answer, began](const absl::Status& written) {
    const auto waiting = answers_.extract(answer.request);
    if (written.ok()) {
      if (!waiting.empty()) waiting.mapped()(answer.status, answer.text);
      return;
    }
    UserRequest end;
    end.verb = UserRequest::Verb::kEndOverride;
    end.request = ++last_request_;
    end.service = began.service;
    end.uid = began.uid;
    end.user = began.user;
    end.reason = "the override could not be recorded";
    Dispatch(end);
    if (waiting.empty()) return;
    waiting.mapped()(RowsNotWritten(), "");
  });
}

// Whoever could kill the agent between an answer and its row would have guessed for nothing.
void Agent::AnswerGuess(const AnswerRequest& answer) {
  rows_.WhenDurable([this, answer](const absl::Status& written) {
    const auto waiting = answers_.extract(answer.request);
    if (waiting.empty()) return;
    if (written.ok()) return waiting.mapped()(answer.status, answer.text);
    waiting.mapped()(RowsNotWritten(), "");
  });
}

// The same words whatever was shown, without the journal's: even how many rows it could not take tells
// whether that was right.
absl::Status Agent::RowsNotWritten() {
  return absl::ResourceExhaustedError(
      "beginning the override: its row could not be written, so it is not in force; free disk space and ask "
      "again (holdfastctl status says what is wrong with the journal)");
}

void Agent::SetDeadline() {
  const std::optional<MonoTime> due = engine_.NextDeadline();
  if (!due) {
    deadline_.Cancel();
    return;
  }
  deadline_.Set(*due, [this] { Dispatch(TimerFired{}); });
}

}  // namespace holdfast::agent
