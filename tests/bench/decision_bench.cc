// How long the engine takes from a delivered session event to the command that follows from it, with 1, 10
// and 100 required services. Baseline: a call that only copies the same event and allocates the same effect,
// so that the machine's own noise is in the picture.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/engine/engine.h"

namespace holdfast {
namespace {

using WallClock = std::chrono::steady_clock;

struct Percentiles {
  double p50_us, p99_us, max_us;
};

Percentiles Summarise(std::vector<double> us) {
  std::sort(us.begin(), us.end());
  return {us[us.size() / 2], us[us.size() * 99 / 100], us.back()};
}

std::shared_ptr<const Policy> PolicyFor(int services) {
  auto policy = std::make_shared<Policy>();
  policy->version = 1;
  policy->mode = EnforcementMode::kEnforce;
  policy->reconnect.settle = absl::ZeroDuration();
  policy->reconnect.budget = {1'000'000'000, 1'000'000'000};
  policy->boot_grace = policy->login_grace = absl::ZeroDuration();
  for (int i = 0; i < services; ++i) {
    ServiceRule rule;
    rule.label = absl::StrCat("service ", i);
    rule.match.name = rule.label;
    rule.authentication = Authentication::kMachine;
    rule.always_connected.enabled = true;
    rule.always_connected.since = Since::kBoot;
    policy->services.push_back(rule);
  }
  return policy;
}

class Mac {
 public:
  explicit Mac(int services) : engine_(1) {
    Step(AgentStarted{"bench", "", std::nullopt, false});
    Step(PolicyApplied{PolicyFor(services), PolicyChange{}});
    Step(PathFacts{true, true, "en0", "net"});
    Step(ConsoleUser{true, 501, "anna"});
    InstalledFacts installed;
    for (int i = 0; i < services; ++i) {
      ServiceFacts facts;
      facts.name = absl::StrCat("service ", i);
      facts.id = Uuid::FromName(facts.name);
      facts.type = ServiceType::kIkev2;
      installed.services.push_back(facts);
      ids_.push_back(facts.id);
    }
    Step(installed);
    for (const Uuid& id : ids_) Up(id);
  }

  // A tunnel that was stable goes down; gives whether a start came back, and how long that took.
  bool Drop(const Uuid& id, std::vector<double>* us) {
    now_.mono = now_.mono + absl::Minutes(1);
    const SessionEvent down{id, ++generation_, SessionStatus::kDisconnected, 3, FailureCause::kProvider, "",
                            ""};
    const auto begin = WallClock::now();
    const std::vector<Effect> effects = engine_.Step(now_, down);
    us->push_back(std::chrono::duration<double, std::micro>(WallClock::now() - begin).count());
    const bool started = std::any_of(effects.begin(), effects.end(),
                                     [](const Effect& e) { return std::holds_alternative<StartSession>(e); });
    Up(id);
    return started;
  }
  const std::vector<Uuid>& ids() const { return ids_; }

 private:
  void Up(const Uuid& id) {
    Step(SessionEvent{id, ++generation_, SessionStatus::kConnecting, std::nullopt, FailureCause::kNone, "",
                      ""});
    Step(SessionEvent{id, ++generation_, SessionStatus::kConnected, std::nullopt, FailureCause::kNone, "",
                      ""});
  }
  void Step(const EngineInput& input) {
    now_.mono = now_.mono + absl::Milliseconds(1);
    now_.wall = now_.wall + absl::Milliseconds(1);
    engine_.Step(now_, input);
  }

  Engine engine_;
  Stamp now_{{{1}}, {1'000'000'000}, {1'795'246'740'000'000'000}};
  std::vector<Uuid> ids_;
  uint64_t generation_ = 0;
};

Percentiles Baseline(int rounds) {
  std::vector<double> us;
  for (int i = 0; i < rounds; ++i) {
    const SessionEvent event{Uuid{}, 1, SessionStatus::kDisconnected, 3, FailureCause::kProvider, "", ""};
    const auto begin = WallClock::now();
    std::vector<Effect> effects;
    effects.push_back(Record{event});
    effects.push_back(StartSession{1, event.service, std::nullopt});
    us.push_back(std::chrono::duration<double, std::micro>(WallClock::now() - begin).count());
  }
  return Summarise(us);
}

int Run() {
  constexpr int kRounds = 20'000;
  bool good = true;
  const Percentiles base = Baseline(kRounds);
  std::printf("decision time, session event delivered -> command issued (%d events each)\n", kRounds);
  std::printf("  %-28s p50 %8.2f us  p99 %8.2f us  max %8.2f us\n", "baseline: copy the event", base.p50_us,
              base.p99_us, base.max_us);
  for (int services : {1, 10, 100}) {
    Mac mac(services);
    std::vector<double> us;
    int started = 0;
    for (int i = 0; i < kRounds; ++i)
      started += mac.Drop(mac.ids()[static_cast<size_t>(i) % mac.ids().size()], &us);
    const Percentiles p = Summarise(us);
    std::printf(
        "  %3d required services        p50 %8.2f us  p99 %8.2f us  max %8.2f us  (bar: p99 <= 5000 us)\n",
        services, p.p50_us, p.p99_us, p.max_us);
    if (started != kRounds) {
      std::printf("  but only %d of %d drops were answered by a start\n", started, kRounds);
      good = false;
    }
    good = good && p.p99_us <= 5000;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace holdfast

int main() {
  return holdfast::Run();
}
