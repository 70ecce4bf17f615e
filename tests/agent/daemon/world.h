// A whole agent in one thread: a simulated Mac, a journal on a disk in memory, a behaving server, virtual
// time. The process can be killed between any two pieces of work; disk, Mac and server live on.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/daemon/agent.h"
#include "agent/daemon/crash_guard.h"
#include "agent/daemon/journal_options.h"
#include "agent/session/simulated/simulated_backend.h"
#include "agent/signals/simulated/simulated_prober.h"
#include "agent/signals/simulated/simulated_signals.h"
#include "proto/wire/event_codec.h"
#include "sim/simulated_mac.h"
#include "sim/vfs/memory_vfs.h"
#include "sim/virtual_time.h"
#include "tests/agent/uplink/fake_server.h"

namespace holdfast::agent {

inline constexpr char kEnforce[] =
    "policyVersion: 4\n"
    "enforcementMode: enforce\n"
    "services:\n"
    "  - name: corp\n"
    "    match: {name: Corp VPN}\n"
    "    authentication: machine\n"
    "    alwaysConnected: {enabled: true, reconnectAfter: 10s}\n";

class World {
 public:
  explicit World(uint64_t seed = 1) : World(seed, sim::Settings{}) {
    profiles::Profile profile;
    profile.identifier = "com.example.vpn";
    ServiceFacts facts;
    facts.id = corp;
    facts.name = "Corp VPN";
    facts.type = ServiceType::kIkev2;
    facts.remote_address = "vpn.example.com";
    facts.profile_identifier = profile.identifier;
    profile.services = {facts};
    mac.Install(profile);
    mac.Login("anna");
  }
  // Nothing is installed and nobody is logged in.
  World(uint64_t seed, const sim::Settings& settings)
      : random(seed), disk({.seed = seed}), mac(time, time, seed, settings), server(time) {
    options.agent_version = "1.0";
    options.os_build = "25A1";
    options.policy_path = "policy.yaml";
    options.uplink.hardware.serial_number = "C02TEST";
    options.uplink.hardware.platform_uuid = "3D6C0B0E-0000-4000-8000-000000000001";
    options.uplink.token = "token-1";
  }
  ~World() { Kill(); }

  // A new process on the same disk.
  void Start() {
    Kill();
    journal::OpenOptions journal_options = JournalOptions("journal.db", random, time);
    journal_options.vfs = disk.name();
    journal_options.files = &disk.files();
    opened = {};
    auto journal_or = journal::Journal::Open(journal_options, &opened);
    ASSERT_TRUE(journal_or.ok()) << journal_or.status();
    journal = *std::move(journal_or);
    strand = std::make_unique<journal::ExecutorStrand>(time, *journal);
    backend = std::make_unique<session::SimulatedBackend>(mac);
    held = std::make_unique<HeldBackend>(*backend, time, time);
    if (hold) held->Hold([this] { agent->TellCapabilities(); });
    signals = std::make_unique<signals::SimulatedSignals>(mac);
    prober = std::make_unique<signals::SimulatedProber>(mac, time, time);
    agent = std::make_unique<Agent>(
        options,
        AgentParts{.clock = time,
                   .executor = time,
                   .random = random,
                   .backend = *held,
                   .signals = *signals,
                   .prober = *prober,
                   .journal = *strand,
                   .files = files,
                   .transport = with_server ? &server : nullptr,
                   .history = [this](const journal::Filter& filter) { return journal->Query(filter); },
                   .notify = [this](const NotifyUser& notice) { notices.push_back(notice); },
                   .log = [this](const std::string& line) { log.push_back(line); },
                   .begun = [this] { begun_at = time.Now().mono; }});
    agent->Start(opened, {policy, policy_source, policy_optional});
  }

  // kill -9.
  void Kill() {
    agent.reset();
    prober.reset();
    signals.reset();
    held.reset();
    backend.reset();
    strand.reset();
    journal.reset();
  }

  void Stop() {
    bool done = false;
    agent->Stop("stop", [&done] { done = true; });
    time.RunFor(absl::Seconds(5));
    EXPECT_TRUE(done);
    Kill();
  }

  void RunFor(absl::Duration duration) { time.RunFor(duration); }

  // All rows that the journal holds, decoded, of one kind of event.
  template <class T>
  std::vector<T> Rows() const {
    std::vector<T> all;
    for (const journal::Row& row : AllRows()) {
      absl::StatusOr<Event> event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
      if (event.ok() && std::holds_alternative<T>(*event)) all.push_back(std::get<T>(*event));
    }
    return all;
  }
  std::vector<journal::Row> AllRows() const {
    journal::Filter filter;
    filter.limit = 1'000'000;
    auto rows = journal->Query(filter);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? *std::move(rows) : std::vector<journal::Row>();
  }
  // Numbers without a hole, each row chained to the one before.
  void CheckChain() const {
    Sha256Digest previous = journal::kGenesis;
    uint64_t expected = 1;
    for (const journal::Row& row : AllRows()) {
      ASSERT_EQ(row.seq, expected++);
      ASSERT_EQ(row.hash, journal::HashOf(row, previous));
      previous = row.hash;
    }
  }
  bool Opened(const std::string& incident) const {
    for (const IncidentOpened& opened_incident : Rows<IncidentOpened>()) {
      if (opened_incident.name == incident) return true;
    }
    return false;
  }
  // Asks as uid 501 and waits for the answer.
  struct Answered {
    absl::Status status = absl::UnknownError("not answered");
    std::string text;
  };
  Answered Ask(UserRequest::Verb verb, const std::string& service, const std::string& reason = "",
               absl::Duration duration = absl::ZeroDuration()) {
    auto answer = std::make_shared<Answered>();
    UserRequest request;
    request.verb = verb;
    request.uid = 501;
    request.user = "anna";
    request.reason = reason;
    request.duration = duration;
    agent->Request(request, service, [answer](absl::Status status, std::string text) {
      *answer = {std::move(status), std::move(text)};
    });
    RunFor(absl::Seconds(1));
    return *answer;
  }

  const Uuid corp = Uuid::FromName("corp");
  sim::VirtualTime time;
  SeededRandom random;
  sim::MemoryVfs disk;
  platform::MemoryStateFiles files;
  sim::SimulatedMac mac;
  uplink::FakeServer server;
  bool with_server = true;
  AgentOptions options;
  absl::StatusOr<std::string> policy = kEnforce;
  PolicySource policy_source = PolicySource::kFile;
  bool policy_optional = false;

  journal::OpenReport opened;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<journal::ExecutorStrand> strand;
  std::unique_ptr<session::SimulatedBackend> backend;
  bool hold = false;  // as after too many crashes
  std::unique_ptr<HeldBackend> held;
  std::unique_ptr<signals::SimulatedSignals> signals;
  std::unique_ptr<signals::SimulatedProber> prober;
  std::unique_ptr<Agent> agent;

  std::vector<NotifyUser> notices;
  std::vector<std::string> log;
  std::optional<MonoTime> begun_at;
};

}  // namespace holdfast::agent
