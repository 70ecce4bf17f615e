#include "tests/simulation/world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::simulation {
namespace {

constexpr char kPolicy[] = R"(
policyVersion: 1
enforcementMode: enforce
services:
  - name: corp
    match: {name: Corp VPN}
    authentication: machine
    alwaysConnected: {enabled: true}
wake: {grace: 30s}
boot: {grace: 60s}
)";

ServerTime ServerNow(const sim::VirtualTime& time) {
  return {time.Now().wall.ns};
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options), random_{options.seed}, server_(time_, options.seed * 1000) {
  server_.PutPolicy(kPolicy);
  const std::string token = server_.NewToken(1000);
  for (int i = 0; i < options.devices; ++i) {
    const auto number = static_cast<uint8_t>(i + 1);
    devices_.push_back({std::make_unique<SimulatedDevice>(time_, server_, absl::StrCat("mac-", i), number,
                                                          token, options.seed * 1000 + number * 100),
                        absl::ZeroDuration(),
                        {}});
  }
  server_.SetNudge([this](const Uuid& device, absl::Duration jitter) {
    for (Inhabitant& who : devices_) who.device->Nudge(device, jitter);
  });
  began_ = ServerNow(time_);
  for (Inhabitant& who : devices_) who.device->Start();
  Watch();
  for (size_t i = 0; i < devices_.size(); ++i) PlanTrouble(i);
}

void World::Watch() {
  for (Inhabitant& who : devices_) {
    if (who.device->mac().StatusOf(who.device->service()) == SessionStatus::kConnected)
      who.truly_connected += absl::Seconds(1);
  }
  time_.PostAt(time_.Now().mono + absl::Seconds(1), [this] { Watch(); });
}

void World::Tell(Inhabitant& who, const std::string& what) {
  who.story.push_back(absl::StrCat(FormatUtc(time_.Now().wall), " ", what));
}

void World::Later(absl::Duration about, std::function<void()> work) {
  const absl::Duration delay = about * (0.1 + 1.8 * random_.Uniform());
  time_.PostAt(time_.Now().mono + delay, std::move(work));
}

void World::PlanTrouble(size_t i) {
  const absl::Duration wait = options_.trouble_every * -std::log(1.0 - random_.Uniform());
  time_.PostAt(time_.Now().mono + wait, [this, i] {
    if (trouble_) Strike(devices_[i]);
    PlanTrouble(i);
  });
}

void World::Strike(Inhabitant& who) {
  switch (random_.Below(10)) {
    case 0:
    case 1:
    case 2:
      return StrikeNetwork(who);
    case 3:
    case 4:
    case 5:
      return StrikeMachine(who);
    case 6:
    case 7:
    case 8:
      return StrikeAgent(who);
    default:
      return StrikeServer();
  }
}

void World::StrikeNetwork(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  switch (random_.Below(5)) {
    case 0:
      Tell(who, "the link to the server is cut");
      device.SetLink(false);
      return Later(absl::Minutes(10), [&device] { device.SetLink(true); });
    case 1:
      Tell(who, "the link loses and doubles messages");
      device.link().lose_request = device.link().lose_answer = device.link().twice = 0.3;
      return Later(absl::Minutes(5), [&device] { device.link() = {.up = device.link().up}; });
    case 2:
      Tell(who, "no network");
      device.mac().NetworkDown();
      return Later(absl::Minutes(3), [&device] { device.mac().NetworkUp(); });
    case 3:
      Tell(who, "another network");
      return device.mac().Roam();
    default:
      Tell(who, "the gateway is unreachable");
      device.mac().SetGateway("vpn.example.com",
                              random_.Below(2) == 0 ? sim::Gateway::kUnreachable : sim::Gateway::kHangs);
      device.mac().Drop(device.service(), 20);
      return Later(absl::Minutes(3),
                   [&device] { device.mac().SetGateway("vpn.example.com", sim::Gateway::kReachable); });
  }
}

void World::StrikeMachine(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  switch (random_.Below(5)) {
    case 0:
      Tell(who, "somebody disconnects");
      return device.mac().UserDisconnect(device.service());
    case 1:
      Tell(who, "it sleeps");
      device.mac().Sleep();
      return Later(absl::Minutes(20), [&device] { device.mac().Wake(); });
    case 2:
      Tell(who, "the session manager dies");
      return device.mac().RestartManager();
    case 3: {
      const absl::Duration by = absl::Hours(24) * (random_.Uniform() * 2 - 1);
      Tell(who, absl::StrCat("its clock jumps by ", absl::FormatDuration(by)));
      device.time().JumpWall(by);
      return Later(absl::Minutes(5), [&device, by] { device.time().JumpWall(-by); });
    }
    default:
      Tell(who, "its disk is full");
      device.disk().SetCapacity(device.disk().used());
      return Later(absl::Minutes(3), [&device] { device.disk().SetCapacity(std::nullopt); });
  }
}

void World::StrikeAgent(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  if (!device.running()) return;
  const auto start_again = [&device] {
    if (!device.running()) device.Start();
  };
  switch (random_.Below(4)) {
    case 0:
      Tell(who, "the agent is killed");
      device.Kill();
      return Later(absl::Seconds(20), start_again);
    case 1:
      Tell(who, "power fails");
      device.LosePower(sim::Loss::kUnsynced);
      return Later(absl::Minutes(5), start_again);
    case 2:
      Tell(who, "power fails in the middle of a write");
      device.LosePower(sim::Loss::kSomeUnsynced);
      return Later(absl::Minutes(5), start_again);
    default:
      Tell(who, "the agent is killed at its next write");
      device.disk().HaltAt(sim::Op::kWrite, 1 + random_.Below(5));
      return Later(absl::Seconds(10), [&device, start_again] {
        if (device.running() && device.disk().halted()) device.Kill();
        start_again();
      });
  }
}

void World::StrikeServer() {
  if (!server_.up()) return;
  for (Inhabitant& who : devices_) Tell(who, "the server crashes");
  server_.Crash(random_.Below(2) == 0 ? sim::Loss::kNothing : sim::Loss::kSomeUnsynced);
  Later(absl::Minutes(3), [this] {
    if (!server_.up()) server_.Start();
  });
}

void World::RunWithTrouble(absl::Duration duration) {
  trouble_ = true;
  time_.RunFor(duration);
  trouble_ = false;
}

void World::HealAndRun(absl::Duration duration) {
  // What has struck mends itself within twice the longest repair.
  time_.RunFor(absl::Minutes(40));
  if (!server_.up()) server_.Start();
  for (Inhabitant& who : devices_) {
    SimulatedDevice& device = *who.device;
    device.disk().ClearFaults();
    if (device.running() && device.disk().halted()) device.Kill();
    if (!device.running()) device.Start();
    device.mac().Wake();
  }
  time_.RunFor(duration);
  healed_ = true;
}

void World::Check() {
  const ServerTime end = ServerNow(time_);
  for (Inhabitant& who : devices_) {
    ASSERT_TRUE(who.device->running());
    EngineView view = who.device->View();
    ASSERT_EQ(view.services.size(), 1u);
    if (healed_) {
      EXPECT_EQ(view.services[0].status, SessionStatus::kConnected)
          << "seed " << options_.seed << ": a connectable service must be connected again\n"
          << absl::StrJoin(view.services[0].reasons, "\n") << "\n"
          << absl::StrJoin(who.story, "\n");
    }
  }
  const auto report = server_.core().GetComplianceReport(server_.admin(), {.from = began_, .to = end});
  ASSERT_TRUE(report.ok()) << report.status();
  for (Inhabitant& who : devices_) {
    CheckReport(who, report->report);
    who.device->Kill();
    CheckDevice(who);
  }
  const auto incidents = server_.core().ListIncidents(server_.admin(), {.page_size = 1000});
  ASSERT_TRUE(incidents.ok());
  for (const server::Incident& incident : incidents->incidents) {
    for (const char* never : {"chain_break", "chain_fork", "clone_conflict", "policy_tampered"}) {
      EXPECT_NE(incident.name, never) << "seed " << options_.seed << ": " << incident.summary;
    }
  }
}

void World::CheckReport(Inhabitant& who, const server::ComplianceReport& report) {
  const int64_t window = absl::ToInt64Nanoseconds(report.to - report.from);
  for (const server::ServiceCompliance& service : report.services) {
    if (service.hostname != who.device->name()) continue;
    int64_t sum = 0;
    for (int64_t ns : service.totals) sum += ns;
    EXPECT_EQ(sum, window) << "seed " << options_.seed << " " << service.key
                           << ": the classes must sum to the window";
    // A second may differ at each change; nothing that was down may be reported as protected for longer.
    const absl::Duration protected_time =
        absl::Nanoseconds(compliance::Of(service.totals, TimeClass::kProtected));
    EXPECT_LE(protected_time,
              who.truly_connected + absl::Seconds(5) + absl::Nanoseconds(service.uncertainty_ns) * 2)
        << "seed " << options_.seed << ": time that was not connected is reported as protected\n"
        << absl::StrJoin(who.story, "\n");
  }
}

void World::CheckDevice(Inhabitant& who) {
  const std::vector<journal::Row> rows = who.device->Rows();
  ASSERT_FALSE(rows.empty());
  std::map<uint64_t, Sha256Digest> stored;
  server::ListHistoryRequest request{.device = who.device->name(), .page_size = 1000, .ascending = true};
  do {
    const auto page = server_.core().ListHistory(server_.admin(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const server::HistoryRow& row : page->rows) {
      ASSERT_EQ(row.epoch, rows[0].epoch) << "seed " << options_.seed << ": an epoch was begun without need";
      EXPECT_TRUE(stored.emplace(row.seq, row.hash).second) << "row " << row.seq << " is stored twice";
    }
    request.page_token = page->next_page_token;
  } while (!request.page_token.empty());
  const uint64_t acked = who.device->AckedThrough();
  EXPECT_GE(stored.size(), acked) << "seed " << options_.seed
                                  << ": acknowledged rows are missing on the server";
  uint64_t expected = 1;
  for (const auto& [seq, hash] : stored) {
    ASSERT_EQ(seq, expected++) << "seed " << options_.seed << ": a gap on the server";
    ASSERT_LE(seq, rows.size()) << "seed " << options_.seed << ": the server has a row that the device lost";
    ASSERT_EQ(hash, rows[seq - 1].hash) << "seed " << options_.seed << ": row " << seq << " differs";
  }
  if (healed_) {
    EXPECT_GE(stored.size() + 3, rows.size())
        << "seed " << options_.seed << ": rows did not arrive though the link is up\n"
        << absl::StrJoin(who.story, "\n");
  }
}

Sha256Digest World::Trace() {
  std::string all;
  for (Inhabitant& who : devices_) {
    for (const journal::Row& row : who.device->Rows()) all.append(AsBytes(row.hash).data(), row.hash.size());
    absl::StrAppend(&all, absl::StrJoin(who.story, "|"));
  }
  return Sha256(all);
}

}  // namespace holdfast::simulation
