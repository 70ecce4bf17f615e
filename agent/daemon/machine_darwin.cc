#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/daemon/machine.h"
#include "agent/platform/darwin/peer_code.h"
#include "agent/platform/darwin/power.h"
#include "agent/platform/posix/basic_signals.h"
#include "agent/platform/posix/log_stream.h"
#include "agent/platform/posix/machine_identity.h"
#include "agent/platform/posix/network_prober.h"
#include "agent/platform/posix/probe_workers.h"
#include "agent/platform/posix/run_program.h"
#include "agent/session/darwin/client.h"
#include "agent/session/darwin/darwin_backend.h"
#include "agent/session/darwin/preferences_configurations.h"
#include "agent/session/darwin/symbols.h"
#include "agent/session/scutil/scutil_backend.h"
#include "agent/signals/mac/installation_source.h"
#include "agent/signals/mac/network_source.h"
#include "agent/signals/mac/system_source.h"
#include "agent/signals/parse/ne_plist.h"
#include "agent/signals/parse/profiles_xml.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::agent {
namespace {

// "15.1" is 15; 0 for what is no version.
int MajorOf(const std::string& version) {
  int major = 0;
  return absl::SimpleAtoi(version.substr(0, version.find('.')), &major) ? major : 0;
}

// Path and console user by looking, what the unified log and the system's tools say, sleep and wake.
class DarwinSignals final : public signals::Source {
 public:
  DarwinSignals(const MachineParts& parts, const signals::RunTool& run,
                std::function<void(const std::vector<ExtensionFacts>&)> extensions)
      : basic_(parts.executor, parts.clock),
        log_(parts.executor, parts.clock),
        network_(parts.executor, parts.clock, run,
                 [] { return platform::InterfacesOf(platform::ReadInterfaceAddresses()); }),
        system_(parts.executor, parts.clock, run, std::move(extensions),
                {.macos = MajorOf(platform::ReadMachineIdentity().os_version)}),
        installation_(parts.executor, parts.clock, run),
        power_(parts.executor) {}
  absl::Status Begin(signals::Listener* listener) override {
    network_.Begin(listener);
    system_.Begin(listener);
    installation_.Begin(listener);
    for (const absl::Status& begun :
         {basic_.Begin(listener), log_.Begin(listener),
          power_.Begin([listener](PowerEvent event) { listener->OnPower(event); })}) {
      if (!begun.ok()) return begun;
    }
    return absl::OkStatus();
  }
  signals::SystemSource& system() { return system_; }

 private:
  platform::BasicSignals basic_;
  platform::LogStream log_;
  signals::NetworkSource network_;
  signals::SystemSource system_;
  signals::InstallationSource installation_;
  platform::PowerSource power_;
};

signals::ConfiguredParts PartsOf(const parse::NePreferences& preferences) {
  signals::ConfiguredParts parts;
  parts.configurations = parse::ConfigurationsOf(preferences);
  for (const parse::NeConfiguration& configuration : preferences.configurations) {
    if (configuration.dns_proxy) parts.dns_proxies.push_back(*configuration.dns_proxy);
    if (configuration.posture) parts.postures.push_back(*configuration.posture);
  }
  return parts;
}

class DarwinMachine final : public Machine {
 public:
  explicit DarwinMachine(const MachineParts& parts)
      : clock_(parts.clock),
        workers_(parts.executor),
        signals_(parts, Runner(),
                 [this](const std::vector<ExtensionFacts>& extensions) {
                   if (configurations_ != nullptr) configurations_->SetExtensions(extensions);
                 }),
        prober_(parts.executor, parts.clock) {
    const auto client = MakeClient(parts);
    if (client.ok()) {
      UsePrivate(parts, *client);
    } else {
      parts.log(PublicInterfaceOnly(client.status()));
      UsePublic(parts, std::string(client.status().message()));
    }
  }
  const Clock& clock() override { return clock_; }
  session::Backend& backend() override { return *backend_; }
  signals::Source& signals() override { return signals_; }
  signals::Prober& prober() override { return prober_; }
  wire::HardwareIdentity hardware() const override { return platform::ReadMachineIdentity(); }
  std::string managed_preferences() const override {
    return absl::StrCat("/Library/Managed Preferences/", profiles::kPolicyDomain, ".plist");
  }
  // A profile that somebody installed by hand makes the same file: what `profiles` says decides. Its last
  // answer is a minute old at most; before the first one it is asked.
  PolicySource managed_source() override {
    const signals::ToolAnswers* last = signals_.system().answers();
    const absl::StatusOr<std::string> printed =
        last != nullptr ? last->at("profiles") : platform::OutputOf(parse::ProfilesTool(), absl::Seconds(20));
    if (!printed.ok()) return PolicySource::kUnmanaged;
    const auto list = parse::ReadProfileList(*printed);
    const bool managed = list.ok() && parse::IsManagedForDevice(*list, profiles::kPolicyDomain);
    return managed ? PolicySource::kManagedDevice : PolicySource::kUnmanaged;
  }

 private:
  signals::RunTool Runner() {
    return [this](std::vector<std::string> arguments, absl::Duration limit,
                  std::function<void(absl::StatusOr<std::string>)> done) {
      workers_.Run([arguments = std::move(arguments), limit, done = std::move(done)] {
        return [done, output = platform::OutputOf(arguments, limit)] { done(output); };
      });
    };
  }
  static absl::StatusOr<std::shared_ptr<ne::Client>> MakeClient(const MachineParts& parts) {
    if (!parts.private_calls.ok()) return parts.private_calls;
    return ne::Client::Make(std::make_shared<ne::Symbols>(ne::SystemSymbols()));
  }
  void UsePrivate(const MachineParts& parts, const std::shared_ptr<ne::Client>& client) {
    configurations_ = std::make_unique<session::PreferencesConfigurations>(
        parts.executor, parts.clock, client,
        session::PreferencesOptions{.read = [this](const parse::NePreferences& preferences) {
          signals_.system().SetConfigured(PartsOf(preferences));
        }});
    backend_ =
        std::make_unique<session::DarwinBackend>(parts.executor, parts.clock, client, *configurations_);
  }
  void UsePublic(const MachineParts& parts, std::string why) {
    backend_ = std::make_unique<session::ScutilBackend>(parts.executor, parts.clock, Runner(),
                                                        session::ScutilOptions{.why = std::move(why)});
  }

  Clock& clock_;
  platform::ProbeWorkers workers_;
  std::unique_ptr<session::PreferencesConfigurations> configurations_;
  std::unique_ptr<session::Backend> backend_;
  DarwinSignals signals_;
  platform::NetworkProber prober_;
};

}  // namespace

absl::StatusOr<control::Peer> PeerOnThisMachine(int fd) {
  absl::StatusOr<control::Peer> peer = control::PeerOf(fd);
  if (!peer.ok()) return peer;
  // Told from the audit token, which the socket has as long as it is open.
  peer->check_helper = [fd] {
    const absl::Status checked = platform::CheckPeerProgram(fd, "io.holdfast.holdfast-session");
    // A build that no team signed has nothing to hold others to; its rights are those of the uid alone.
    return absl::IsFailedPrecondition(checked) ? absl::OkStatus() : checked;
  };
  return peer;
}

absl::StatusOr<std::unique_ptr<Machine>> MakeDarwinMachine(const MachineParts& parts) {
  return std::unique_ptr<Machine>(std::make_unique<DarwinMachine>(parts));
}

}  // namespace holdfast::agent
