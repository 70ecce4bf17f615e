// One agent of a swarm: the real uplink and transport over a journal in memory, and a life that writes rows.
// Of one executor.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/journal/strand.h"
#include "agent/uplink/policy_inbox.h"
#include "agent/uplink/uplink.h"
#include "base/enrollment.h"
#include "server-mock/swarm/memory_journal.h"
#include "server-mock/swarm/unsteady_transport.h"

namespace holdfast::swarm {

struct AgentOptions {
  size_t number = 0;
  uint64_t seed = 0;
  EnrollmentString enrollment;
  std::string serial_number;
  absl::Duration heartbeat;
  absl::Duration rows_every;  // the mean time between two bursts
  int burst = 1;              // rows of one
  Unsteadiness unsteadiness;
};

class SwarmAgent final : public uplink::Host {
 public:
  // All must outlive it. `answered(number, began)` runs for each call that the server answered.
  SwarmAgent(AgentOptions options, Executor& executor, const Clock& clock, RandomSource& random, Tally& tally,
             std::function<void(size_t, MonoTime)> answered);

  // Takes up what an earlier run saved. Before Start.
  absl::Status Resume(absl::string_view saved);
  std::string Save() const;

  void Start();
  // Writes no more rows; what is written is still sent.
  void Settle() { life_.Cancel(); }
  void SayGoodbye(std::function<void()> done) { uplink_.SayGoodbye(wire::Goodbye::kStop, std::move(done)); }

  uplink::View view() const { return uplink_.view(); }
  const std::string& serial_number() const { return options_.serial_number; }
  bool online() const { return uplink_.view().state == uplink::State::kOnline; }
  bool enrolled() const { return uplink_.view().device.has_value(); }
  const MemoryJournal& journal() const { return journal_; }

 private:
  void WriteRows();
  void WriteRowsLater();
  void OnAcked(uint64_t through);

  std::vector<wire::StateSection> Sections() override;
  wire::PolicyStatus ApplyPolicy(const uplink::AcceptedPolicy& policy) override;
  void PolicyRefused(const wire::PolicyBundle& bundle, const absl::Status& why) override;
  void OrdersArrived(const std::vector<wire::SignedOrder>& /*orders*/,
                     const std::vector<std::string>& /*policy_keys*/, const Uuid& /*device*/,
                     ServerTime /*now*/) override {}
  void Incident(const std::string& name, const std::string& key, const std::string& summary,
                bool open) override;
  void StateChanged(const std::string& /*text*/, const std::string& /*error*/) override {}
  void ServerReached(bool /*reached*/, const std::string& /*error*/) override {}

  const AgentOptions options_;
  Executor& executor_;
  const Clock& clock_;
  Tally& tally_;
  SplitMix64 random_;
  MemoryJournal journal_;
  journal::ExecutorStrand strand_;
  platform::MemoryStateFiles files_;
  uplink::PolicyInbox inbox_;
  UnsteadyTransport transport_;
  std::deque<std::pair<uint64_t, MonoTime>> written_;  // last row of a burst, and when: not acknowledged yet
  uplink::Uplink uplink_;
  Timer life_;
};

}  // namespace holdfast::swarm
