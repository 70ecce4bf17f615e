// A simulated Mac as the session library sees it: joins the library of this folder, which is loaded by path,
// to a SimulatedMac. Everything runs on that Mac's executor.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "agent/session/darwin/configurations.h"
#include "agent/session/darwin/symbols.h"
#include "base/random.h"
#include "sim/darwin/library.h"
#include "sim/darwin/port.h"
#include "sim/simulated_mac.h"

namespace holdfast::sim {

// The library, loaded. It stays loaded: blocks may still be inside.
class DarwinLibrary {
 public:
  // NOT_FOUND when it cannot be loaded, FAILED_PRECONDITION when it is another library.
  static absl::StatusOr<DarwinLibrary> Open(const std::string& path);
  // That of this build, for tests; ends the process when there is none.
  static const DarwinLibrary& Load();
  ne::FindSymbol Symbols() const;

#define X(name, result, parameters) result(*name) parameters = nullptr;
  HOLDFAST_DOUBLE_FUNCTIONS(X)
#undef X

 private:
  DarwinLibrary() = default;
  void* handle_ = nullptr;
};

class DarwinMac final : public DarwinPort, private SimulatedMac::ManagerTap {
 public:
  // The Mac must outlive it.
  DarwinMac(SimulatedMac& mac, const Answers& answers, uint64_t seed,
            const DarwinLibrary& library = DarwinLibrary::Load());
  ~DarwinMac() override;

  // The agent's process dies: nothing of it runs any more. Its objects are destroyed after this.
  void KillAgent();
  // This thread's calls of the library are made on this Mac.
  void Enter() { library_.holdfast_double_enter(this); }
  ne::FindSymbol Symbols() const { return library_.Symbols(); }

  // How often the manager was asked for its own word on a session.
  uint64_t questions() const { return questions_; }

  MonoTime Now() override { return mac_.timers().Now().mono; }
  void After(absl::Duration delay, std::function<void()> work) override;
  absl::Duration Hop() override;
  const Answers& answers() const override { return answers_; }
  bool ManagerRuns() const override { return mac_.manager().running(); }
  int ManagerPid() const override { return mac_.manager_pid(); }
  std::optional<SessionEvent> Current(const Uuid& service) const override;
  uint64_t BytesIn(const Uuid& service) override;
  const char* StopReason(int reason) const override { return StopReasonText(reason).data(); }
  void InfoAsked() override { ++questions_; }
  void Start(const Uuid& service) override;
  void Stop(const Uuid& service) override;

 private:
  void OnStatus(const Uuid& service) override { library_.holdfast_double_status(this, service); }
  void OnManager(bool runs) override;

  SimulatedMac& mac_;
  const Answers answers_;
  SplitMix64 random_;
  const DarwinLibrary library_;
  uint64_t questions_ = 0;
};

// What is installed on a simulated Mac.
class SimulatedConfigurations final : public session::ConfigurationSource, private Observer {
 public:
  explicit SimulatedConfigurations(SimulatedMac& mac) : mac_(mac) {}
  ~SimulatedConfigurations() override;
  absl::Status Begin(std::function<void(const InstalledFacts&)> changed) override;

 private:
  void OnInstalled(const InstalledFacts& installed) override { changed_(installed); }

  SimulatedMac& mac_;
  std::function<void(const InstalledFacts&)> changed_;
};

}  // namespace holdfast::sim
