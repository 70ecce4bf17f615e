// A Mac that behaves: session manager, network, gateways, power, console, profiles, and their traps. It runs
// on any clock and executor, so the same Mac serves simulated days on virtual time and a demonstration on
// real time. Equal seeds and equal calls give equal events. Everything happens on the executor's thread;
// observers are never called from inside a call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/executor.h"
#include "base/random.h"
#include "core/facts.h"
#include "core/start_bursts.h"
#include "profiles/mobileconfig/profile.h"
#include "sim/awake_timers.h"
#include "sim/delivery.h"
#include "sim/log.h"
#include "sim/observer.h"
#include "sim/session_manager.h"
#include "sim/settings.h"
#include "sim/simulated_network.h"
#include "sim/system_state.h"

namespace holdfast::sim {

class SimulatedMac final : private Surroundings {
 public:
  // Clock and executor must outlive it. It starts awake, on a network, at the login window, with nothing
  // installed.
  SimulatedMac(const Clock& clock, Executor& executor, uint64_t seed, const Settings& settings = {});
  SimulatedMac(const SimulatedMac&) = delete;
  SimulatedMac& operator=(const SimulatedMac&) = delete;

  Settings& settings() { return settings_; }
  void SetLog(LogSink sink) { sink_ = std::move(sink); }
  // Told of each change of a session's true status, inside the call that changes it: for accounts, which must
  // not act on the Mac there.
  void SetStatusWatch(SessionManager::Watch watch) { manager_.SetWatch(std::move(watch)); }

  // What the session library of a program on this Mac talks to (sim/darwin). The tap is told at once of each
  // status that the manager reports, and of its end and return; nullptr takes it away.
  class ManagerTap {
   public:
    virtual ~ManagerTap() = default;
    virtual void OnStatus(const Uuid& service) = 0;
    virtual void OnManager(bool runs) = 0;
  };
  void SetManagerTap(ManagerTap* tap) { tap_ = tap; }
  SessionManager& manager() { return manager_; }
  const SessionManager& manager() const { return manager_; }
  int manager_pid() const { return manager_pid_; }
  AwakeTimers& timers() { return timers_; }

  // An observer is told everything soon, and then every change. It is removed before it dies.
  void AddObserver(Observer* observer) { delivery_.Add(observer); }
  void RemoveObserver(Observer* observer) { delivery_.Remove(observer); }

  // --- profiles. Installing the same identifier again replaces, and re-creates configurations that differ.
  void Install(const profiles::Profile& profile);
  void Install(const std::vector<profiles::Profile>& profiles);
  // NOT_FOUND names what is installed.
  absl::Status Remove(absl::string_view identifier);
  const InstalledFacts& installed() const { return installed_; }
  // In order of installation.
  const std::vector<profiles::Profile>& profiles() const { return profiles_; }
  // By name or UUID; NOT_FOUND lists what exists.
  absl::StatusOr<Uuid> FindService(absl::string_view name_or_uuid) const;

  // --- what the agent may do. OK: the request left. At once the client sees the status it hopes for.
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid);
  absl::Status StopSession(const Uuid& service);
  SessionStatus StatusOf(const Uuid& service) const { return manager_.StatusOf(service); }

  // --- what programs do by themselves
  // Asks for `starts` starts, twenty in a second.
  void StartStorm(const Uuid& service, const std::string& program, int starts);
  // A vendor's client that wants its service up (or down) and sees to it a second after it is not; an empty
  // program takes it away.
  void SetVendorClient(const Uuid& service, const std::string& program, bool wants_up);
  void SetSlowStart(const Uuid& service, absl::Duration later) { manager_.SetSlowStart(service, later); }
  // Setup Assistant of the device begins or ends.
  void SetSetupAssistant(bool running);

  // --- what a person may do, in System Settings.
  void UserConnect(const Uuid& service);
  void UserDisconnect(const Uuid& service);
  void Login(const std::string& user);
  void Logout();

  // --- network. `network` names where the Mac is; empty picks a new one.
  void NetworkDown();
  void NetworkUp();
  void Roam(std::string network = "");
  void SetGateway(const std::string& address, Gateway gateway);
  // Whether a probe's host answers, through a tunnel that works or without one.
  void SetProbeHost(const std::string& host, bool answers);
  // Nothing when the host would answer a probe through this service now (nil: through no tunnel); else why
  // not.
  std::optional<std::string> ProbeFailure(const Uuid& service, const std::string& host) const;
  // How long an answer takes.
  absl::Duration RoundTrip();
  // Whether a start of this service would come to something now: for those who judge the agent.
  bool CouldConnect(const Uuid& service) const;

  // On the network where the Mac is. Behind a portal no gateway answers.
  void SetPortal(PortalState state);
  void SetBeacon(const std::string& name, bool answers) {
    network_.SetBeacon(name, path_.network_id, answers);
  }
  PortalState PortalOn(const std::string& network) const { return network_.PortalOn(network); }
  bool BeaconAnswers(const std::string& name, const std::string& network) const {
    return path_.network_id == network && BeaconAnswers(name);
  }
  // On the network where the Mac is.
  bool BeaconAnswers(const std::string& name) const {
    return path_.satisfied && network_.BeaconAnswers(name, path_.network_id);
  }
  void SetRouteBeside(bool beside);
  void SetResolverBeside(bool beside);
  void SetForeignTunnel(const std::string& interface_name, bool up);
  // Whether anything but probes comes in through a tunnel that works.
  void SetTraffic(const Uuid& service, bool comes_in);
  // Grows with each call while bytes come in. NOT_FOUND when the service is not up.
  absl::StatusOr<uint64_t> BytesIn(const Uuid& service);
  // Runs soon, not inside the call.
  void Later(std::function<void()> work) { timers_.After(absl::Milliseconds(1), std::move(work)); }

  // --- power
  void Sleep();
  void Wake();
  void DarkWake();
  // Sessions are down, nobody is logged in. The caller gives the clock its new boot first.
  void Reboot();
  bool asleep() const { return timers_.asleep(); }

  // --- faults
  void RestartManager();
  // The tunnel goes down for a reason of ne_session's table.
  void Drop(const Uuid& service, int reason) { manager_.Drop(service, reason); }
  void SetStopHangs(const Uuid& service, bool hangs) { manager_.SetStopHangs(service, hangs); }
  // Its tunnels go down (reason 40), a moment later the new version is there. NOT_FOUND lists what exists.
  absl::Status UpdateExtension(const std::string& bundle_id);
  // A content filter's process dies or comes back. NOT_FOUND lists what exists.
  absl::Status SetFilterRunning(const std::string& bundle_id, bool running);
  // Changes what the system around the sessions tells; see SystemState.
  void ChangeSystem(const std::function<void(SystemState&)>& change);
  const SystemState& system() const { return system_; }
  // The unified log says so.
  void LogSays(LogFinding finding) { delivery_.LogFound(std::move(finding)); }
  // TCP handshakes with anybody fail although the link is up, as after an extension was replaced under a
  // running filter. Gateways are out of reach too.
  void SetHandshakesFail(bool fail);
  uint64_t skipped_starts() const { return manager_.skipped(); }

 private:
  const PathFacts& path() const override { return path_; }
  const ConsoleUser& console_user() const override { return user_; }
  Gateway GatewayAt(const std::string& address) const override;

  Delivery::Snapshot Snapshot() const;
  // After a change of the profiles: what they declare, then Refresh.
  void Declare();
  void Refresh();
  void AddExtensions(InstalledFacts& facts) const;
  void ReportAll();
  NetworkFacts NetworkNow() const;
  void TellNetwork();
  void ReactAsClient(const SessionEvent& event);
  void Expect(const Uuid& service, SessionStatus status);
  void SetUser(const ConsoleUser& user, int reason);
  absl::Status Known(const Uuid& service, absl::string_view verb) const;

  Settings settings_;
  SplitMix64 random_;
  AwakeTimers timers_;
  LogSink sink_;
  int manager_pid_ = 5871;
  ManagerTap* tap_ = nullptr;
  Delivery delivery_;
  SessionManager manager_;

  std::vector<profiles::Profile> profiles_;  // in order of installation
  InstalledFacts declared_;                  // what follows from the profiles alone
  InstalledFacts installed_;
  PathFacts path_;
  uint64_t networks_ = 1;
  ConsoleUser user_;
  std::vector<std::string> accounts_;  // uid 501 and up
  std::map<std::string, Gateway> gateways_;
  std::set<std::string> silent_hosts_;
  SimulatedNetwork network_;
  NetworkFacts network_told_;
  std::set<Uuid> without_traffic_;
  std::map<Uuid, uint64_t> bytes_in_;
  std::map<std::string, int> updates_;  // by bundle id
  std::set<std::string> dead_filters_;
  SystemState system_;
  SystemFacts system_facts_;
  bool handshakes_fail_ = false;
  struct VendorClient {
    std::string program;
    bool wants_up = true;
  };
  std::map<Uuid, VendorClient> clients_;
  StartBursts bursts_;
  SetupFacts setup_;
  uint64_t power_serial_ = 0;  // a sleep that was overtaken by a wake does not happen
};

}  // namespace holdfast::sim
