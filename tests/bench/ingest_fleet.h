// Devices with keys, certificates and connections of their own, each with one message under way: what the
// benches load a server with. One thread: its executor's, which runs inside each call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/uplink/grpc_transport.h"
#include "base/enrollment.h"
#include "base/poll_executor.h"
#include "base/random.h"
#include "tests/bench/ingest_load.h"

namespace holdfast::bench {

class BenchFleet {
 public:
  // Enrolls them, one after another. What fails, here and later, ends the program (Require).
  BenchFleet(const EnrollmentString& enrollment, int devices, const SystemClock& clock, SystemRandom& random);

  // Made before the clock runs: a device's own work is no part of the measurement.
  void MakeRound(int messages_per_device, int rows_per_message);
  // Until everything is acknowledged.
  void SendRound();
  // In the order in which a server that serves them in turn would store them.
  std::vector<const wire::SyncRequest*> Messages() const;

 private:
  struct Agent {
    std::unique_ptr<uplink::GrpcTransport> transport;
    BenchDevice device;
    std::vector<wire::SyncRequest> messages;  // of this round
    size_t next = 0;
  };
  void Enroll(Agent& agent, int number, const std::string& token);
  void SendNext(Agent& agent);

  const SystemClock& clock_;
  SystemRandom& random_;
  PollExecutor executor_;
  std::vector<Agent> agents_;
  size_t under_way_ = 0;
};

}  // namespace holdfast::bench
