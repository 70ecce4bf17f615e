#include "agent/daemon/program.h"

#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/control/paths.h"
#include "agent/control/server.h"
#include "agent/daemon/agent.h"
#include "agent/daemon/crash_guard.h"
#include "agent/daemon/enrollment_source.h"
#include "agent/daemon/helped_backend.h"
#include "agent/daemon/helper_desk.h"
#include "agent/daemon/journal_options.h"
#include "agent/daemon/log.h"
#include "agent/daemon/machine.h"
#include "agent/daemon/policy_file.h"
#include "agent/daemon/policy_watch.h"
#include "agent/daemon/rehearse.h"
#include "agent/daemon/stop_signals.h"
#include "agent/daemon/version.h"
#include "agent/journal/strand.h"
#include "agent/platform/posix/state_directory.h"
#include "agent/uplink/grpc_transport.h"
#include "base/error.h"
#include "base/file.h"
#include "base/poll_executor.h"
#include "proto/compat.h"
#include "storage/journal/reader.h"

namespace holdfast::agent {
namespace {

// How long a stop may take before the process ends anyway.
constexpr absl::Duration kStopWithin = absl::Seconds(8);

// gRPC's traces, which the environment can switch on, show all that is sent: the enrollment token too. Its
// errors are lines of the log.
void TakeGrpcLog() {
  compat::SendGrpcErrorsTo([](absl::string_view text) {
    static const SystemClock clock;
    Log{clock}(absl::StrCat("grpc: ", text));
  });
}

// Members are destroyed in reverse: first who asks, then who answers.
class Daemon {
 public:
  explicit Daemon(const Flags& flags)
      : flags_(flags),
        socket_path_(flags.socket.empty() ? control::SocketPathFor(flags.state_dir) : flags.socket),
        log_(system_clock_),
        executor_(system_clock_),
        desk_(executor_, system_clock_, [this](const std::string& line) { log_(line); }) {}

  int Run();

 private:
  int Open();
  int OpenState();
  int OpenJournal();
  int OpenServer();
  int OpenAgent();
  int OpenSocket();
  PolicyFile ReadLocalPolicy() const;
  bool IsManaged() const;
  void WatchManaged(const PolicyFile& first);
  void HoldBack();
  AgentOptions MakeOptions() const;
  void OnBegun();
  void Reload();
  void Stop();
  int Fail(int code, const absl::Status& status) const;

  const Flags flags_;
  const std::string socket_path_;
  SystemClock system_clock_;
  SystemRandom random_;
  const Log log_;
  PollExecutor executor_;
  std::unique_ptr<StopSignals> signals_;
  std::unique_ptr<platform::StateDirectory> files_;
  std::unique_ptr<Machine> machine_;
  HelperDesk desk_;
  std::unique_ptr<HelpedBackend> helped_;
  std::unique_ptr<HeldBackend> backend_;
  journal::OpenReport opened_;
  std::unique_ptr<journal::Strand> strand_;
  std::unique_ptr<journal::Reader> reader_;
  std::optional<EnrollmentString> enrollment_;
  std::unique_ptr<uplink::GrpcTransport> transport_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<control::ControlServer> control_;
  std::unique_ptr<PolicyWatch> policy_watch_;
  bool stopping_ = false;
};

int Daemon::Run() {
  if (const int code = Open(); code != kExitOk) return code;
  executor_.Run();
  if (!flags_.ready_file.empty()) unlink(flags_.ready_file.c_str());
  log_("stopped");
  return kExitOk;
}

int Daemon::Open() {
  signals_ = std::make_unique<StopSignals>(executor_, [this] { Stop(); }, [this] { Reload(); });
  for (int (Daemon::*step)() : {&Daemon::OpenState, &Daemon::OpenJournal, &Daemon::OpenServer,
                                &Daemon::OpenAgent, &Daemon::OpenSocket}) {
    if (const int code = (this->*step)(); code != kExitOk) return code;
  }
  return kExitOk;
}

int Daemon::OpenState() {
  absl::StatusOr<platform::StateDirectory> files = platform::StateDirectory::Open(flags_.state_dir);
  if (!files.ok()) return Fail(kExitStateDir, files.status());
  files_ = std::make_unique<platform::StateDirectory>(*std::move(files));
  absl::StatusOr<std::unique_ptr<Machine>> machine =
      MakeMachine({flags_, system_clock_, executor_, [this](const std::string& line) { log_(line); },
                   RehearseSessions(flags_, *files_)});
  if (absl::IsAlreadyExists(machine.status())) return Fail(kExitRunning, machine.status());
  if (!machine.ok()) return Fail(kExitUsage, machine.status());
  machine_ = *std::move(machine);
  helped_ = std::make_unique<HelpedBackend>(machine_->backend(), desk_,
                                            [this](const std::string& line) { log_(line); });
  backend_ = std::make_unique<HeldBackend>(*helped_, machine_->clock(), executor_);
  return kExitOk;
}

int Daemon::OpenJournal() {
  const std::string path = control::JournalPathIn(flags_.state_dir);
  auto opened = journal::Journal::Open(JournalOptions(path, random_, machine_->clock()), &opened_);
  if (absl::IsFailedPrecondition(opened.status())) return Fail(kExitRunning, opened.status());
  if (!opened.ok()) return Fail(kExitStateDir, opened.status());
  if (!opened_.set_aside.empty()) {
    log_(absl::StrCat("the journal was damaged (", opened_.corruption, ") and set aside as ",
                      opened_.set_aside, "; a new one begins"));
  }
  strand_ = std::make_unique<journal::ThreadStrand>(executor_, *std::move(opened));
  auto reader = journal::Reader::Open(path);
  if (!reader.ok()) return Fail(kExitStateDir, reader.status());
  reader_ = *std::move(reader);
  return kExitOk;
}

int Daemon::OpenServer() {
  absl::StatusOr<std::optional<EnrollmentString>> enrollment = FindEnrollment(flags_, *files_);
  if (!enrollment.ok()) return Fail(kExitUsage, enrollment.status());
  enrollment_ = *std::move(enrollment);
  if (!enrollment_) {
    log_(flags_.no_server ? "no server, as --no-server says"
                          : "no server: give an enrollment string with --enroll-file");
    return kExitOk;
  }
  TakeGrpcLog();
  transport_ = std::make_unique<uplink::GrpcTransport>(
      executor_, uplink::GrpcOptions{enrollment_->server, enrollment_->ca_spki_sha256});
  return kExitOk;
}

AgentOptions Daemon::MakeOptions() const {
  AgentOptions options;
  options.agent_version = kAgentVersion;
  options.engine_seed = flags_.seed;
  options.policy_path = IsManaged() ? machine_->managed_preferences() : flags_.policy;
  options.uplink.agent_version = kAgentVersion;
  options.uplink.features = {"rows.v1", "policy.ed25519", "sections.v1"};
  options.uplink.hardware = machine_->hardware();
  options.os_build = options.uplink.hardware.os_build;
  if (enrollment_) {
    options.uplink.token = enrollment_->token;
    options.uplink.server = enrollment_->server.ToString();
  }
  return options;
}

int Daemon::OpenAgent() {
  const AgentParts parts{
      .clock = machine_->clock(),
      .executor = executor_,
      .random = random_,
      .backend = *backend_,
      .signals = machine_->signals(),
      .prober = machine_->prober(),
      .journal = *strand_,
      .files = *files_,
      .transport = transport_.get(),
      .history = [this](const journal::Filter& filter) { return reader_->Query(filter); },
      .notify =
          [this](const NotifyUser& notice) {
            log_(absl::StrCat("for the user (uid ", notice.uid, "): ", notice.title, ": ", notice.text));
            desk_.Notify(notice.uid, {notice.title, notice.text});
          },
      .next_task = [this](uint32_t uid, const control::TaskRequest& request,
                          control::GiveTask give) { desk_.Ask(uid, request, std::move(give)); },
      .log = [this](const std::string& line) { log_(line); },
      .begun = [this] { OnBegun(); }};
  agent_ = std::make_unique<Agent>(MakeOptions(), parts);
  if (CrashGuard(*files_).NoteStart(machine_->clock().Now().wall)) HoldBack();
  const PolicyFile policy = ReadLocalPolicy();
  agent_->Start(opened_, policy);
  if (IsManaged()) WatchManaged(policy);
  return kExitOk;
}

PolicyFile Daemon::ReadLocalPolicy() const {
  if (!flags_.policy.empty()) return ReadPolicyFile(flags_.policy);
  return IsManaged() ? ReadManagedPreferences(*machine_) : PolicyFile{};
}

// A policy that is given goes before what MDM set.
bool Daemon::IsManaged() const {
  return flags_.policy.empty() && !machine_->managed_preferences().empty();
}

void Daemon::WatchManaged(const PolicyFile& first) {
  policy_watch_ = std::make_unique<PolicyWatch>(
      executor_, system_clock_, first, [this] { return ReadManagedPreferences(*machine_); },
      [this](const PolicyFile& now) {
        log_(absl::StrCat("the managed preferences changed: reading ", machine_->managed_preferences()));
        if (!stopping_) agent_->PolicyFileRead(now);
      });
}

void Daemon::HoldBack() {
  log_(
      "the third start within ten minutes without a clean stop: nothing is started or stopped until this one "
      "has "
      "run for ten minutes");
  backend_->Hold([this] {
    log_("it has run for ten minutes: enforcement goes on");
    agent_->TellCapabilities();
  });
}

int Daemon::OpenSocket() {
  control::ServerOptions options;
  options.socket_path = socket_path_;
  options.peer_of = PeerOnThisMachine;
  auto server = control::ControlServer::Listen(executor_, machine_->clock(), *agent_, options);
  if (!server.ok()) return Fail(kExitSocket, server.status());
  control_ = *std::move(server);
  return kExitOk;
}

void Daemon::OnBegun() {
  log_(absl::StrCat("holdfastd ", kAgentVersion, " runs on ", flags_.state_dir, ", backend ", flags_.backend,
                    ", socket ", socket_path_));
  if (flags_.ready_file.empty()) return;
  const absl::Status written = WriteFileAtomically(flags_.ready_file, absl::StrCat(getpid(), "\n"));
  if (!written.ok()) {
    log_(absl::StrCat("the ready file (--ready-file) is missing, enforcement goes on: ", written.message()));
  }
}

void Daemon::Reload() {
  if (flags_.policy.empty() || stopping_) return;
  log_(absl::StrCat("reading ", flags_.policy, " again"));
  agent_->PolicyFileRead(ReadPolicyFile(flags_.policy));
}

void Daemon::Stop() {
  if (std::exchange(stopping_, true)) return;
  log_("stopping");
  executor_.PostAt(system_clock_.Now().mono + kStopWithin, [this] {
    log_("stopping takes too long: ending without the server's answer");
    executor_.Stop();
  });
  agent_->Stop("stop", [this] {
    CrashGuard(*files_).NoteCleanStop();
    executor_.Stop();
  });
}

int Daemon::Fail(int code, const absl::Status& status) const {
  log_(std::string(status.message()));
  return code;
}

}  // namespace

int RunDaemon(const Flags& flags) {
  // gRPC would write to standard error in a format of its own; what matters of it comes back as a status.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  // Names are looked up as everything on the machine looks them up (split DNS, /etc/hosts). gRPC's own
  // resolver asks DNS servers for both families and waits for both: a server that does not answer is one too
  // many.
  setenv("GRPC_DNS_RESOLVER", "native", /*overwrite=*/0);
  Daemon daemon(flags);
  return daemon.Run();
}

}  // namespace holdfast::agent
