#include "tests/simulation/monitor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/policies.h"

namespace holdfast::simulation {
namespace {

// One input of a device is one step; no second of a Mac brings so many.
constexpr int kMostStepsInASecond = 1000;

// A look at everything costs more than the step.
constexpr uint64_t kStepsPerLook = 8;

}  // namespace

Monitor::Monitor(const sim::VirtualTime& time, Chronicle& chronicle, std::string name)
    : time_(time),
      chronicle_(chronicle),
      name_(std::move(name)),
      invariants_([this](const std::string& what) { OnBroken(what); }) {}

void Monitor::Disturbed() {
  CheckConnected();
  calm_since_ = time_.Now().mono;
}

void Monitor::CheckConnected() {
  if (device_ == nullptr) return;
  const MonoTime now = time_.Now().mono;
  for (const Vpn vpn : {Vpn::kCorp, Vpn::kVendor}) {
    if (!MustBeConnected(vpn, now)) continue;
    OnBroken(absl::StrCat(kVpnNames[static_cast<size_t>(vpn)],
                          " can be connected and is not, undisturbed for ",
                          absl::FormatDuration(now - calm_since_)));
  }
}

bool Monitor::MustBeConnected(Vpn vpn, MonoTime now) const {
  const Uuid& service = device_->service(vpn);
  const auto truth = truth_.find(service);
  if (truth != truth_.end() && truth->second.connected) return false;
  if (!device_->running() || device_->asleep() || !device_->powered()) return false;
  return invariants_.MustBeConnected(service, now - calm_since_,
                                     device_->mac().BeaconAnswers(kTrustedNetwork)) &&
         device_->mac().CouldConnect(service);
}

void Monitor::OnStep(const Stamp& now, const EngineInput& input, const std::vector<Effect>& effects,
                     std::optional<MonoTime> deadline) {
  CountStep(now, input, effects);
  if (const auto* event = std::get_if<SessionEvent>(&input)) NoteDelivered(*event);
  // A policy or a person may have changed what must be.
  if (!std::holds_alternative<SessionEvent>(input) && !std::holds_alternative<TimerFired>(input) &&
      !std::holds_alternative<CommandAnswer>(input) && !std::holds_alternative<ProbeResult>(input) &&
      !std::holds_alternative<NetworkFacts>(input)) {
    calm_since_ = time_.Now().mono;
  }
  invariants_.OnStep(now, time_.Now().mono, input, effects, deadline);
  if (steps_ % kStepsPerLook == 0 && !std::holds_alternative<AgentStopped>(input))
    CheckWakes(now.mono, deadline);
  if (chronicle_.told()) TellStep(input, effects);
}

// What it says it will do next is what it asks to be woken for.
void Monitor::CheckWakes(MonoTime now, std::optional<MonoTime> deadline) {
  if (device_ == nullptr || !device_->running()) return;
  for (const ServiceView& service : device_->View().services) {
    if (!service.next.at || *service.next.at <= now) continue;
    if (deadline && *deadline <= *service.next.at) continue;
    OnBroken(absl::StrCat(service.key, ": nothing wakes it for \"", service.next.what, ": ", service.next.why,
                          "\""));
  }
}

void Monitor::CountStep(const Stamp& now, const EngineInput& input, const std::vector<Effect>& effects) {
  const auto mix = [this](uint64_t value) { digest_ = (digest_ ^ value) * 1099511628211u; };
  mix(static_cast<uint64_t>(now.mono.ns));
  mix(input.index());
  for (const Effect& effect : effects) {
    mix(effect.index());
    rows_ += std::holds_alternative<Record>(effect);
  }
  ++steps_;
  const int64_t second = time_.Now().mono.ns / 1'000'000'000;
  if (std::exchange(second_, second) != second) steps_in_second_ = 0;
  if (++steps_in_second_ == kMostStepsInASecond) OnBroken("its engine is called without end");
}

// What is delivered late is believed too long.
void Monitor::NoteDelivered(const SessionEvent& event) {
  Truth& truth = truth_[event.service];
  const bool connected = event.status == SessionStatus::kConnected;
  if (std::exchange(truth.believed, connected) && !connected && !truth.connected) {
    lag_ += time_.Now().mono - std::max(truth.since, run_began_);
  }
}

void Monitor::TellStep(const EngineInput& input, const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* record = std::get_if<Record>(&effect)) {
      chronicle_.Tell(name_,
                      absl::StrCat("  ", RowKindName(KindOf(record->event)), ": ", Describe(record->event)));
    } else if (const auto* start = std::get_if<StartSession>(&effect)) {
      chronicle_.Tell(name_, absl::StrCat("  => start ", start->service.ToString()));
    } else if (const auto* stop = std::get_if<StopSession>(&effect)) {
      chronicle_.Tell(name_, absl::StrCat("  => stop ", stop->service.ToString()));
    } else if (const auto* notice = std::get_if<NotifyUser>(&effect)) {
      chronicle_.Tell(name_, absl::StrCat("  => tells the person: ", notice->title));
    }
  }
}

void Monitor::OnRestart(uint64_t survived) {
  if (chronicle_.told()) {
    chronicle_.Tell(name_, absl::StrCat("the process ended; ", survived, " of its ", invariants_.recorded(),
                                        " rows are on disk"));
  }
  invariants_.AgentRestarts(survived);
  for (auto& [service, truth] : truth_) truth.believed = false;
  run_began_ = calm_since_ = time_.Now().mono;
}

void Monitor::OnStatus(const Uuid& service, SessionStatus status) {
  const MonoTime now = time_.Now().mono;
  Truth& truth = truth_[service];
  const bool connected = status == SessionStatus::kConnected;
  if (connected == truth.connected) return;
  if (truth.connected) truth.total += now - truth.since;
  truth.connected = connected;
  truth.since = now;
  if (device_ == nullptr) return;
  for (size_t i = 0; i < kVpns; ++i) {
    if (device_->service(static_cast<Vpn>(i)) == service) vpn_of_[service] = i;
  }
}

absl::Duration Monitor::TrulyConnected(Vpn vpn) const {
  absl::Duration total;
  for (const auto& [service, truth] : truth_) {
    const auto of = vpn_of_.find(service);
    if (of == vpn_of_.end() || of->second != static_cast<size_t>(vpn)) continue;
    total += truth.total;
    if (truth.connected) total += time_.Now().mono - truth.since;
  }
  return total;
}

}  // namespace holdfast::simulation
