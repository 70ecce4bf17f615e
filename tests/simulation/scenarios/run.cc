#include "tests/simulation/scenarios/run.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/agent/daemon/world.h"

namespace holdfast::scenarios {
namespace {

constexpr uint64_t kFailingWrites = 1000;
constexpr absl::Duration kBoot = absl::Seconds(20);  // from a reboot to the agent's start

class Performance final : private sim::ClockControl {
 public:
  explicit Performance(const IncidentScenario& scenario)
      : scenario_(scenario), world_(scenario.mac.seed, scenario.mac.settings) {
    world_.with_server = scenario.server;
    world_.policy = scenario.policy;
    boots_.emplace_back(world_.time.Now(), absl::ZeroDuration());
    sim::SetUp(scenario.mac, world_.mac);
  }

  Seen Run() {
    world_.Start();
    sim::CommandInterpreter interpreter({world_.mac, this, scenario_.mac.folder});
    sim::Player player(scenario_.mac, interpreter, world_.time, world_.time,
                       [this](const sim::Step& step, const absl::StatusOr<std::string>& answer) {
                         Tell(absl::StrCat("line ", step.line, ": ", step.command.verb));
                         EXPECT_TRUE(answer.ok()) << "line " << step.line << ": " << answer.status();
                       });
    for (const AgentStep& step : scenario_.agent) At(step.at, [this, &step] { Do(step); });
    for (const ExpectedVerdict& verdict : scenario_.verdicts) {
      At(verdict.at, [this, &verdict] { Look(verdict); });
    }
    world_.RunFor(scenario_.until);
    if (world_.agent) {
      ReadRows();
    } else {
      ADD_FAILURE() << "the scenario must end with its agent running";
    }
    for (const auto& [at, what] : story_) {
      absl::StrAppend(&seen_.story, "  ", absl::FormatDuration(at), " ", what, "\n");
    }
    return std::move(seen_);
  }

 private:
  void JumpWall(absl::Duration by) override { world_.time.JumpWall(by); }
  void NewBoot() override {
    world_.Kill();
    const absl::Duration elapsed = Elapsed(world_.time.Now());
    world_.time.NewBoot();
    boots_.emplace_back(world_.time.Now(), elapsed);
    world_.time.PostAt(world_.time.Now().mono + kBoot, [this] { world_.Start(); });
  }

  void At(absl::Duration at, std::function<void()> work) {
    world_.time.PostAt(world_.time.Now().mono + at, std::move(work));
  }

  absl::Duration Elapsed(const Stamp& at) const {
    for (const auto& [first, elapsed] : boots_) {
      if (first.boot == at.boot) return elapsed + (at.mono - first.mono);
    }
    return absl::InfiniteDuration();
  }

  void Do(const AgentStep& step) {
    switch (step.what) {
      case AgentStep::What::kKill:
        Tell("the agent is killed");
        return world_.Kill();
      case AgentStep::What::kStop:
        Tell("the agent is told to stop");
        return world_.agent->Stop("stop", [this] { world_.time.Post([this] { world_.Kill(); }); });
      case AgentStep::What::kStart:
        Tell("the agent starts");
        return world_.Start();
      case AgentStep::What::kPolicy:
        Tell("another policy");
        world_.policy = step.text;
        if (step.text.empty()) world_.policy = absl::NotFoundError("policy.yaml does not exist");
        world_.policy_source = step.unmanaged ? PolicySource::kUnmanaged : PolicySource::kFile;
        if (world_.agent) world_.agent->PolicyFileRead({world_.policy, world_.policy_source});
        return;
      case AgentStep::What::kAsk:
        return Ask(step);
      case AgentStep::What::kOsBuild:
        world_.options.os_build = step.text;
        return;
      case AgentStep::What::kServerLost:
      case AgentStep::What::kServerBack:
        world_.server.reachable = step.what == AgentStep::What::kServerBack;
        return Tell(world_.server.reachable ? "the server is reached" : "the server is out of reach");
      case AgentStep::What::kServerRefusesRow:
        world_.server.poison.insert(world_.journal->head().seq + 1);
        return Tell("the server will refuse the next row");
      case AgentStep::What::kServerRefusesEnrollment:
        world_.server.enroll_refusals.push_back(Refusal(step.text));
        return Tell("the server will refuse to enroll");
      case AgentStep::What::kDiskFull:
        world_.disk.SetCapacity(world_.disk.used());
        return Tell("the disk is full");
      case AgentStep::What::kDiskFails:
        for (uint64_t nth = 1; nth <= kFailingWrites; ++nth) world_.disk.FailAt(sim::Op::kWrite, nth);
        return Tell("the disk fails");
      case AgentStep::What::kDiskWell:
        world_.disk.SetCapacity(std::nullopt);
        world_.disk.ClearFaults();
        return Tell("the disk is well");
    }
  }

  static absl::Status Refusal(const std::string& reason) {
    for (int i = 1; i < 64; ++i) {
      const auto known = static_cast<ErrorReason>(i);
      if (ErrorReasonName(known) == reason)
        return WithReason(absl::PermissionDeniedError("as the scenario says"), known);
    }
    ADD_FAILURE() << "'" << reason << "' is no reason of a refusal";
    return absl::PermissionDeniedError("");
  }

  void Ask(const AgentStep& step) {
    UserRequest request = step.request;
    request.user = scenario_.mac.console_user;
    world_.agent->Request(request, step.service, [this](const absl::Status& status, const std::string& text) {
      Tell(absl::StrCat("answer: ", status.ok() ? text : status.ToString()));
    });
  }

  void Look(const ExpectedVerdict& expected) {
    SeenVerdict seen{expected.at, expected.key, ""};
    if (world_.agent) {
      for (const ServiceView& service : world_.agent->EngineState().services) {
        if (service.key != expected.key) continue;
        seen.is = absl::StrCat(TimeClassName(service.verdict.time_class), "/", service.verdict.cause);
      }
    }
    seen_.verdicts.push_back(std::move(seen));
  }

  void ReadRows() {
    for (const journal::Row& row : world_.AllRows()) {
      const auto event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
      if (!event.ok()) {
        ADD_FAILURE() << event.status();
        continue;
      }
      now_ = Elapsed(row.at);
      Tell(Describe(*event));
      std::visit([this](const auto& e) { Take(e); }, *event);
    }
  }
  void Take(const IncidentOpened& e) { seen_.incidents.push_back({e, *now_, std::nullopt, ""}); }
  void Take(const IncidentClosed& e) {
    for (auto it = seen_.incidents.rbegin(); it != seen_.incidents.rend(); ++it) {
      if (it->opened.name != e.name || it->opened.key != e.key || it->closed_at) continue;
      it->closed_at = now_;
      it->reason = e.reason;
      return;
    }
    ADD_FAILURE() << e.name << " was closed and not open";
  }
  void Take(const Command& e) {
    if (e.verb == Command::Verb::kStart && !e.dry_run) seen_.starts.push_back(*now_);
  }
  template <class Other>
  void Take(const Other&) {}

  void Tell(absl::string_view what) { story_.emplace(now_ ? *now_ : Elapsed(world_.time.Now()), what); }

  const IncidentScenario& scenario_;
  agent::World world_;
  std::vector<std::pair<Stamp, absl::Duration>> boots_;  // the first reading of each, and the time before
  std::optional<absl::Duration> now_;                    // of the row that is being read
  std::multimap<absl::Duration, std::string> story_;
  Seen seen_;
};

}  // namespace

Seen Play(const IncidentScenario& scenario) {
  return Performance(scenario).Run();
}

}  // namespace holdfast::scenarios
