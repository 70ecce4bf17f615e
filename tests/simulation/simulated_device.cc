#include "tests/simulation/simulated_device.h"

#include <gtest/gtest.h>

#include <utility>

#include "agent/daemon/journal_options.h"
#include "agent/journal/strand.h"

namespace holdfast::simulation {
namespace {

constexpr char kJournal[] = "/device/journal.db";

profiles::Profile VpnProfile() {
  profiles::Profile profile;
  profile.identifier = "com.example.vpn";
  profile.display_name = "Corp VPN";
  ServiceFacts facts;
  facts.id = Uuid::FromName("Corp VPN");
  facts.name = "Corp VPN";
  facts.type = ServiceType::kIkev2;
  facts.payload_identifier = "com.example.vpn.ikev2";
  facts.profile_identifier = profile.identifier;
  facts.remote_address = "vpn.example.com";
  profile.services.push_back(facts);
  return profile;
}

}  // namespace

// What dies with the process, in the order in which it is built.
struct SimulatedDevice::Process {
  Process(SimulatedDevice& device, std::unique_ptr<journal::Journal> opened)
      : journal(std::move(opened)),
        strand(device.time_, *journal),
        backend(device.mac_),
        signals(device.mac_),
        prober(device.mac_, device.time_, device.time_),
        transport(device.time_, device.time_, device.server_, device.link_, device.random_.Next()) {}

  std::unique_ptr<journal::Journal> journal;
  journal::ExecutorStrand strand;
  session::SimulatedBackend backend;
  signals::SimulatedSignals signals;
  signals::SimulatedProber prober;
  DirectTransport transport;
  std::unique_ptr<agent::Agent> agent;
};

SimulatedDevice::SimulatedDevice(sim::VirtualTime& world, ServerPort& server, std::string name,
                                 uint8_t number, std::string token, uint64_t seed)
    : world_(world),
      server_(server),
      name_(std::move(name)),
      token_(std::move(token)),
      random_{seed},
      entropy_(seed + 1),
      time_(world, number),
      disk_({.seed = seed + 2, .clock = &time_}),
      mac_(time_, time_, seed + 3),
      service_(Uuid::FromName("Corp VPN")) {
  mac_.Install(VpnProfile());
  mac_.Login("anna");
}

SimulatedDevice::~SimulatedDevice() {
  if (process_) Kill();
}

std::unique_ptr<journal::Journal> SimulatedDevice::OpenJournal(journal::OpenReport* report) {
  journal::OpenOptions options = agent::JournalOptions(kJournal, entropy_, time_);
  options.vfs = disk_.name();
  options.files = &disk_.files();
  auto opened = journal::Journal::Open(options, report);
  EXPECT_TRUE(opened.ok()) << name_ << ": " << opened.status();
  return opened.ok() ? *std::move(opened) : nullptr;
}

void SimulatedDevice::Start() {
  ASSERT_FALSE(process_);
  journal::OpenReport report;
  auto journal = OpenJournal(&report);
  ASSERT_NE(journal, nullptr);
  // Power loss and kills are no corruption: nothing of ours may ever be set aside.
  EXPECT_EQ(report.set_aside, "") << name_ << ": " << report.corruption;
  process_ = std::make_unique<Process>(*this, std::move(journal));
  agent::AgentOptions options;
  options.agent_version = "0.1.0";
  options.os_build = "25B1";
  options.engine_seed = random_.Next();
  options.uplink.agent_version = options.agent_version;
  options.uplink.hardware = {
      name_ + "-SERIAL", Uuid::FromName(name_).ToString(), "Mac16,1", "26.1", "25B1", name_};
  options.uplink.token = token_;
  options.uplink.server = "server.example:443";
  Process& p = *process_;
  p.agent = std::make_unique<agent::Agent>(
      options,
      agent::AgentParts{.clock = time_,
                        .executor = time_,
                        .random = entropy_,
                        .backend = p.backend,
                        .signals = p.signals,
                        .prober = p.prober,
                        .journal = p.strand,
                        .files = files_,
                        .transport = &p.transport,
                        .history = [&p](const journal::Filter& filter) { return p.journal->Query(filter); },
                        .notify = [](const NotifyUser&) {},
                        .log = [](const std::string&) {}});
  p.agent->Start(report, {absl::NotFoundError("no local policy")});
}

void SimulatedDevice::Kill() {
  disk_.Halt();
  process_.reset();
  disk_.Restart(sim::Loss::kNothing);
}

void SimulatedDevice::LosePower(sim::Loss loss) {
  disk_.Halt();
  process_.reset();
  disk_.Restart(loss);
  time_.NewBoot();
  mac_.Reboot();
  mac_.Login("anna");
}

void SimulatedDevice::StopCleanly(std::function<void()> done) {
  process_->agent->Stop("stop", [this, done = std::move(done)] {
    // Destroyed from a task of its own: this one is still inside the agent.
    world_.Post([this, done] {
      process_.reset();
      done();
    });
  });
}

void SimulatedDevice::SetLink(bool up) {
  link_.up = up;
  if (!up && process_) process_->transport.Break();
}

EngineView SimulatedDevice::View() const {
  return process_->agent->EngineState();
}
control::StatusView SimulatedDevice::Status() const {
  return process_->agent->Status();
}

std::vector<journal::Row> SimulatedDevice::Rows() {
  journal::OpenReport report;
  auto journal = OpenJournal(&report);
  if (!journal) return {};
  for (bool more = true; more;) {
    const auto slice = journal->VerifySlice(10'000);
    EXPECT_TRUE(slice.ok()) << name_ << ": " << slice.status();
    more = slice.ok() && *slice;
  }
  auto rows = journal->ReadAfter(0, 10'000'000, size_t{1} << 40);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() ? *std::move(rows) : std::vector<journal::Row>{};
}

uint64_t SimulatedDevice::AckedThrough() {
  journal::OpenReport report;
  auto journal = OpenJournal(&report);
  return journal ? journal->acked_through() : 0;
}

void SimulatedDevice::Nudge(const Uuid& device, absl::Duration jitter) {
  if (process_) process_->transport.Nudge(device, jitter);
}

}  // namespace holdfast::simulation
