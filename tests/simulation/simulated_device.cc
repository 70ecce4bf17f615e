#include "tests/simulation/simulated_device.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/daemon/journal_options.h"
#include "agent/journal/strand.h"
#include "agent/session/darwin/darwin_backend.h"

namespace holdfast::simulation {
namespace {

constexpr char kJournal[] = "/device/journal.db";
constexpr char kUser[] = "anna";

profiles::Profile ProfileOf(Vpn vpn, const Uuid& id, const std::string& name) {
  static constexpr std::array<const char*, kVpns> kPayloads = {
      "com.example.vpn.ikev2", "com.example.vpn.vendor", "com.example.vpn.signin", "net.example.private"};
  const auto index = static_cast<size_t>(vpn);
  profiles::Profile profile;
  profile.identifier = absl::StrCat(kPayloads[index], ".profile");
  profile.display_name = kVpnNames[index];
  ServiceFacts facts;
  facts.id = id;
  facts.name = name.empty() ? kVpnNames[index] : name;
  facts.type = vpn == Vpn::kCorp || vpn == Vpn::kPrivate ? ServiceType::kIkev2 : ServiceType::kProvider;
  if (vpn == Vpn::kVendor) facts.provider_bundle_id = kVendorExtension;
  facts.payload_identifier = kPayloads[index];
  facts.profile_identifier = profile.identifier;
  facts.remote_address = kGateways[index];
  profile.services.push_back(facts);
  return profile;
}

}  // namespace

// What dies with the process, in the order in which it is built.
struct SimulatedDevice::Process {
  Process(SimulatedDevice& device, std::unique_ptr<journal::Journal> opened)
      : journal(std::move(opened)),
        head_at_start(journal->head().seq),
        strand(device.time_, *journal),
        configurations(device.mac_),
        backend(device.MakeBackend(*this)),
        signals(device.mac_),
        prober(device.mac_, device.time_, device.time_),
        transport(device.time_, device.time_, device.server_, device.link_, device.random_.Next()) {}

  std::unique_ptr<journal::Journal> journal;
  const uint64_t head_at_start;
  journal::ExecutorStrand strand;
  sim::SimulatedConfigurations configurations;
  std::unique_ptr<session::Backend> backend;
  signals::SimulatedSignals signals;
  signals::SimulatedProber prober;
  DirectTransport transport;
  std::unique_ptr<agent::Agent> agent;
};

SimulatedDevice::SimulatedDevice(sim::VirtualTime& world, ServerPort& server, Watcher& watcher,
                                 const DeviceOptions& options)
    : world_(world),
      server_(server),
      watcher_(watcher),
      name_(options.name),
      hardware_(options.hardware.empty() ? options.name : options.hardware),
      token_(options.token),
      random_{options.seed},
      entropy_(options.seed + 1),
      time_(world, options.number),
      disk_({.seed = options.seed + 2, .clock = &time_}),
      mac_(time_, time_, options.seed + 3) {
  if (options.darwin) {
    darwin_ = std::make_unique<sim::DarwinMac>(mac_, sim::Answers::FromSeed(options.seed), options.seed + 4);
    time_.SetBeforeEach([this] { darwin_->Enter(); });
  }
  mac_.SetStatusWatch(
      [this](const Uuid& service, SessionStatus status) { watcher_.OnStatus(service, status); });
  for (const Vpn vpn : {Vpn::kCorp, Vpn::kVendor, Vpn::kSignIn, Vpn::kPrivate}) Install(vpn);
  mac_.Login(kUser);
}

SimulatedDevice::~SimulatedDevice() {
  if (process_) Kill();
}

std::unique_ptr<session::Backend> SimulatedDevice::MakeBackend(Process& process) {
  if (darwin_ == nullptr) return std::make_unique<session::SimulatedBackend>(mac_);
  darwin_->Enter();
  auto client = ne::Client::Make(std::make_shared<ne::Symbols>(darwin_->Symbols()));
  return std::make_unique<session::DarwinBackend>(time_, time_, *std::move(client), process.configurations);
}

void SimulatedDevice::Install(Vpn vpn, uint32_t generation, const std::string& name) {
  const auto index = static_cast<size_t>(vpn);
  services_[index] = Uuid::FromName(absl::StrCat(kVpnNames[index], generation == 0 ? "" : "/", generation));
  mac_.Install(ProfileOf(vpn, services_[index], name));
}

void SimulatedDevice::Remove(Vpn vpn) {
  mac_.Remove(ProfileOf(vpn, service(vpn), "").identifier).IgnoreError();
}

std::unique_ptr<journal::Journal> SimulatedDevice::OpenJournal(journal::OpenReport* report) {
  journal::OpenOptions options = agent::JournalOptions(kJournal, entropy_, time_);
  options.vfs = disk_.name();
  options.files = &disk_.files();
  auto opened = journal::Journal::Open(options, report);
  if (!opened.ok()) watcher_.OnBroken(absl::StrCat("the journal does not open: ", opened.status().message()));
  return opened.ok() ? *std::move(opened) : nullptr;
}

void SimulatedDevice::Start() {
  // A kill at a write may have met a process that was just ending.
  if (disk_.halted()) disk_.Restart(sim::Loss::kNothing);
  journal::OpenReport report;
  auto journal = OpenJournal(&report);
  if (journal == nullptr) return;
  // Power loss and kills are no corruption: nothing of ours may ever be set aside.
  if (!report.set_aside.empty()) {
    watcher_.OnBroken(absl::StrCat("a journal was set aside: ", report.corruption));
  }
  process_ = std::make_unique<Process>(*this, std::move(journal));
  agent::AgentOptions options;
  options.agent_version = "0.1.0";
  options.os_build = "25B1";
  options.uplink.agent_version = options.agent_version;
  options.uplink.hardware = {
      hardware_ + "-SERIAL", Uuid::FromName(hardware_).ToString(), "Mac16,1", "26.1", "25B1", name_};
  options.uplink.token = token_;
  options.uplink.server = "server.example:443";
  Process& p = *process_;
  p.agent = std::make_unique<agent::Agent>(
      options,
      agent::AgentParts{
          .clock = time_,
          .executor = time_,
          .random = entropy_,
          .backend = *p.backend,
          .signals = p.signals,
          .prober = p.prober,
          .journal = p.strand,
          .files = files_,
          .transport = &p.transport,
          .history = [&p](const journal::Filter& filter) { return p.journal->Query(filter); },
          .notify = [](const NotifyUser&) {},
          .log = [](const std::string&) {},
          .stepped =
              [this](const Stamp& now, const EngineInput& input, const std::vector<Effect>& effects,
                     std::optional<MonoTime> deadline) { watcher_.OnStep(now, input, effects, deadline); }});
  p.agent->Start(report, {absl::NotFoundError("no local policy")});
}

// What the journal had committed when the process ended is what its next run knows.
void SimulatedDevice::EndProcess() {
  const uint64_t survived = process_->journal->head().seq - process_->head_at_start;
  if (darwin_ != nullptr) {
    darwin_->Enter();  // what the process lets go of is this Mac's
    darwin_->KillAgent();
  }
  process_.reset();
  watcher_.OnRestart(survived);
}

void SimulatedDevice::Kill() {
  disk_.Halt();
  EndProcess();
  disk_.Restart(sim::Loss::kNothing);
}

void SimulatedDevice::LosePower(sim::Loss loss) {
  disk_.Halt();
  if (process_) EndProcess();
  disk_.Restart(loss);
  ++power_serial_;
  powered_ = false;
  time_.Suspend();
}

void SimulatedDevice::PowerOn() {
  powered_ = true;
  time_.NewBoot();
  time_.Resume();
  mac_.Reboot();
  mac_.Login(kUser);
}

void SimulatedDevice::StopCleanly(std::function<void()> done) {
  process_->agent->Stop("stop", [this, process = process_.get(), done = std::move(done)] {
    // Destroyed from a task of its own: this one is still inside the agent.
    world_.PostAt(world_.Now().mono, lifetime_.Guard([this, process, done] {
      if (process_.get() != process) return;  // it was killed on the way
      EndProcess();
      done();
    }));
  });
}

void SimulatedDevice::Sleep() {
  mac_.Sleep();
  // The machine stands still once its programs have heard of it.
  const absl::Duration notice = mac_.settings().delivery.jitter + absl::Milliseconds(50);
  world_.PostAt(world_.Now().mono + notice, lifetime_.Guard([this, serial = ++power_serial_] {
    if (serial == power_serial_ && mac_.asleep()) time_.Suspend();
  }));
}

void SimulatedDevice::Wake() {
  if (!powered_) return;
  ++power_serial_;
  time_.Resume();
  mac_.Wake();
}

void SimulatedDevice::DarkWake() {
  if (!powered_) return;
  ++power_serial_;
  time_.Resume();
  mac_.DarkWake();
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

void SimulatedDevice::CopyStateFrom(const SimulatedDevice& other) {
  files_ = other.files_;
  for (const std::string& path : other.disk_.List()) disk_.SetContents(path, *other.disk_.Contents(path));
}

void SimulatedDevice::Request(const UserRequest& request, const std::string& service) {
  process_->agent->Request(request, service, [](const absl::Status&, const std::string&) {});
}

std::vector<journal::Row> SimulatedDevice::Rows() {
  journal::OpenReport report;
  auto journal = OpenJournal(&report);
  if (!journal) return {};
  for (bool more = true; more;) {
    const auto slice = journal->VerifySlice(10'000);
    if (!slice.ok()) watcher_.OnBroken(absl::StrCat("the journal's chain: ", slice.status().message()));
    more = slice.ok() && *slice;
  }
  auto rows = journal->ReadAfter(0, 10'000'000, size_t{1} << 40);
  if (!rows.ok()) watcher_.OnBroken(absl::StrCat("reading the journal: ", rows.status().message()));
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
