#include "sim/delivery.h"

#include <algorithm>
#include <utility>

namespace holdfast::sim {

Delivery::Delivery(AwakeTimers& timers, SplitMix64& random, const DeliverySettings& settings,
                   std::function<Snapshot()> snapshot)
    : timers_(timers), random_(random), settings_(settings), snapshot_(std::move(snapshot)) {}

void Delivery::Add(Observer* observer) {
  observers_.push_back(observer);
  seen_[observer] = {};
  timers_.After(absl::ZeroDuration(), [this, observer] { Begin(observer); });
}

void Delivery::Remove(Observer* observer) {
  std::erase(observers_, observer);
  seen_.erase(observer);
}

void Delivery::Begin(Observer* observer) {
  auto it = seen_.find(observer);
  if (it == seen_.end() || it->second.begun) return;
  it->second.begun = true;
  it->second.broadcast = broadcasts_;
  Snapshot snapshot = snapshot_();
  for (SessionEvent& event : snapshot.statuses) {
    event.generation = ++generations_[event.service];
    it->second.generations[event.service] = event.generation;
  }
  // The observer may leave at any call.
  const auto stays = [&] { return seen_.contains(observer); };
  observer->OnInstalled(snapshot.installed);
  if (stays()) observer->OnPath(snapshot.path);
  if (stays()) observer->OnNetwork(snapshot.network);
  if (stays()) observer->OnConsoleUser(snapshot.user);
  if (stays()) observer->OnSystem(snapshot.system);
  if (stays()) observer->OnSelfCheck(snapshot.self);
  if (stays() && snapshot.setup.running) observer->OnSetup(snapshot.setup);
  for (const SessionEvent& event : snapshot.statuses) {
    if (stays()) observer->OnSession(event);
  }
}

absl::Duration Delivery::Lag() {
  absl::Duration lag = settings_.jitter * random_.Uniform();
  if (random_.Uniform() < settings_.late_share) lag += settings_.late * random_.Uniform();
  return lag;
}

MonoTime Delivery::Now() {
  const Stamp now = timers_.Now();
  if (now.boot != boot_) {
    boot_ = now.boot;
    last_due_.clear();
    broadcast_due_ = sessions_not_before_ = {};
  }
  return now.mono;
}

void Delivery::Session(SessionEvent event) {
  const MonoTime now = Now();
  MonoTime& last = last_due_[event.service];
  last = std::max({last, sessions_not_before_, now + Lag()});
  event.generation = ++generations_[event.service];
  Send(event, last);
  if (random_.Uniform() >= settings_.duplicate_share) return;
  last = std::max(last, now + Lag());
  event.generation = ++generations_[event.service];
  Send(event, last);
}

void Delivery::Send(SessionEvent event, MonoTime due) {
  timers_.After(due - timers_.Now().mono, [this, epoch = session_epoch_, event = std::move(event)] {
    if (epoch == session_epoch_) DeliverSession(event);
  });
}

void Delivery::DeliverSession(const SessionEvent& event) {
  ToAll([this, &event](Observer& observer) {
    uint64_t& last = seen_[&observer].generations[event.service];
    if (event.generation <= last) return;  // its snapshot was newer
    last = event.generation;
    observer.OnSession(event);
  });
}

void Delivery::ToAll(const std::function<void(Observer&)>& call) {
  // A copy: observers come and go inside the calls.
  const std::vector<Observer*> observers = observers_;
  for (Observer* observer : observers) {
    auto it = seen_.find(observer);
    if (it != seen_.end() && it->second.begun) call(*observer);
  }
}

void Delivery::Broadcast(std::function<void(Observer&)> call, News news) {
  const MonoTime now = Now();
  broadcast_due_ = std::max(broadcast_due_, now + settings_.jitter * random_.Uniform());
  timers_.After(broadcast_due_ - now, [this, number = ++broadcasts_, call = std::move(call), news] {
    ToAll([this, number, &call, news](Observer& observer) {
      if (news == News::kOfMoment || number > seen_[&observer].broadcast) call(observer);
    });
  });
}

void Delivery::Installed(InstalledFacts installed) {
  // The end of a session whose configuration went is told before that it went.
  Now();
  for (const auto& [service, due] : last_due_) broadcast_due_ = std::max(broadcast_due_, due);
  Broadcast([installed = std::move(installed)](Observer& o) { o.OnInstalled(installed); });
  sessions_not_before_ = broadcast_due_;
}

void Delivery::Path(const PathFacts& path) {
  Broadcast([path](Observer& o) { o.OnPath(path); });
}

void Delivery::Network(const NetworkFacts& network) {
  Broadcast([network](Observer& o) { o.OnNetwork(network); });
}

void Delivery::Power(PowerEvent event) {
  Broadcast([event](Observer& o) { o.OnPower(event); }, News::kOfMoment);
}

void Delivery::PowerNow(PowerEvent event) {
  ToAll([event](Observer& o) { o.OnPower(event); });
}

void Delivery::User(const ConsoleUser& user) {
  Broadcast([user](Observer& o) { o.OnConsoleUser(user); });
}

void Delivery::System(SystemFacts system) {
  Broadcast([system = std::move(system)](Observer& o) { o.OnSystem(system); });
}

void Delivery::Self(SelfCheck check) {
  Broadcast([check = std::move(check)](Observer& o) { o.OnSelfCheck(check); });
}

void Delivery::LogFound(LogFinding finding) {
  Broadcast([finding = std::move(finding)](Observer& o) { o.OnLogFinding(finding); }, News::kOfMoment);
}

void Delivery::Burst(const StartBurst& burst) {
  Broadcast([burst](Observer& o) { o.OnStartBurst(burst); });
}

void Delivery::Setup(const SetupFacts& setup) {
  Broadcast([setup](Observer& o) { o.OnSetup(setup); });
}

void Delivery::ManagerRestarted(const std::string& detail) {
  Broadcast([detail](Observer& o) { o.OnManagerRestarted(detail); });
  sessions_not_before_ = broadcast_due_;
}

}  // namespace holdfast::sim
