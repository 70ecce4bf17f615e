// Asks the network what the engine wants to know: TCP, HTTPS and DNS probes as this machine's routes lead
// them, pages and beacons outside every tunnel. Each question is answered once, by its own deadline, whatever
// resolvers and servers do.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/platform/posix/connection.h"
#include "agent/platform/posix/probe_workers.h"
#include "agent/signals/prober.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::platform {

class NetworkProber final : public signals::Prober {
 public:
  // Both must outlive it. Questions that are under way when it is destroyed are never answered.
  NetworkProber(Executor& executor, const Clock& clock, std::string resolv_conf = "/etc/resolv.conf");
  ~NetworkProber() override;

  void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
           std::function<void(ProbeResult)> done) override;
  void LookForPortal(const std::vector<PortalProbe>& probes, const PathFacts& path, absl::Duration timeout,
                     std::function<void(PortalFacts)> done) override;
  void AskBeacon(const TrustedNetwork& network, const PathFacts& path, absl::Duration timeout,
                 std::function<void(BeaconFacts)> done) override;

 private:
  // Runs `work` on a thread until `timeout`; then `done` once, with its answer or with DEADLINE_EXCEEDED.
  using Done = std::function<void(absl::StatusOr<std::string>)>;
  void Ask(absl::Duration timeout, std::function<absl::StatusOr<std::string>(const Deadline&)> work,
           Done done);
  void Finish(uint64_t id, absl::StatusOr<std::string> answer);

  struct Question;
  struct PortalPoll;
  Executor& executor_;
  const Clock& clock_;
  const std::string resolv_conf_;
  uint64_t last_ = 0;
  std::map<uint64_t, std::unique_ptr<Question>> questions_;
  Lifetime lifetime_;
  ProbeWorkers workers_;
};

}  // namespace holdfast::platform
