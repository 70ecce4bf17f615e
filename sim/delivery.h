// Carries what happens on a simulated Mac to its observers: later, jittered, sometimes twice, in order per
// service, with generations that grow. What is on its way when the session manager dies is lost.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "base/random.h"
#include "core/facts.h"
#include "sim/awake_timers.h"
#include "sim/observer.h"
#include "sim/settings.h"

namespace holdfast::sim {

class Delivery {
 public:
  // What a new observer is told first. Asked at the moment of delivery.
  struct Snapshot {
    InstalledFacts installed;
    std::vector<SessionEvent> statuses;
    PathFacts path;
    NetworkFacts network;
    ConsoleUser user;
    SystemFacts system;
    SelfCheck self;
    SetupFacts setup;
  };

  Delivery(AwakeTimers& timers, SplitMix64& random, const DeliverySettings& settings,
           std::function<Snapshot()> snapshot);

  // `observer` gets a snapshot soon, then every change, until it is removed. A removed one is not called
  // again.
  void Add(Observer* observer);
  void Remove(Observer* observer);

  // Numbers the event and sends it.
  void Session(SessionEvent event);
  void Installed(InstalledFacts installed);
  void Path(const PathFacts& path);
  void Network(const NetworkFacts& network);
  void Power(PowerEvent event);
  // Power events that must not be held back by the sleep they announce the end of: calls at once.
  void PowerNow(PowerEvent event);
  void User(const ConsoleUser& user);
  void System(SystemFacts system);
  void Self(SelfCheck check);
  void LogFound(LogFinding finding);
  void Burst(const StartBurst& burst);
  void Setup(const SetupFacts& setup);
  void ManagerRestarted(const std::string& detail);
  // Session events that are still on their way never arrive.
  void LoseSessionEvents() { ++session_epoch_; }

 private:
  struct Seen {
    bool begun = false;      // had its snapshot
    uint64_t broadcast = 0;  // number of the newest broadcast that its snapshot knew of
    std::map<Uuid, uint64_t> generations;
  };
  void Begin(Observer* observer);
  void Send(SessionEvent event, MonoTime due);
  // Whether the snapshot of an observer that joined meanwhile makes the news old.
  enum class News { kOfState, kOfMoment };
  void Broadcast(std::function<void(Observer&)> call, News news = News::kOfState);
  void ToAll(const std::function<void(Observer&)>& call);
  void DeliverSession(const SessionEvent& event);
  absl::Duration Lag();
  // The time; forgets due times of an earlier boot, whose clock counted differently.
  MonoTime Now();

  AwakeTimers& timers_;
  SplitMix64& random_;
  const DeliverySettings& settings_;
  std::function<Snapshot()> snapshot_;
  std::vector<Observer*> observers_;  // in order of joining
  std::map<Observer*, Seen> seen_;
  uint64_t broadcasts_ = 0;  // sent so far
  std::map<Uuid, uint64_t> generations_;
  std::map<Uuid, MonoTime> last_due_;
  MonoTime broadcast_due_;
  MonoTime sessions_not_before_;  // no status overtakes what was said to be installed before it
  BootId boot_;
  uint64_t session_epoch_ = 0;
};

}  // namespace holdfast::sim
