// The collector's side of the load: connections with mutual TLS, each with one request under way, of bytes
// that were made before the clock runs. As BenchFleet sends, without an agent's work. One thread, as there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/poll_executor.h"

namespace grpc {
class ByteBuffer;
}

namespace holdfast::bench {

struct OtlpIdentity {
  std::string ca_pem, certificate_pem, key_pem;
};

class OtlpFleet {
 public:
  OtlpFleet(const Endpoint& collector, const OtlpIdentity& identity, int connections,
            const SystemClock& clock);
  ~OtlpFleet();

  // As many requests for each connection, in BenchFleet::Messages' order. Returns their bytes.
  size_t MakeRound(const std::vector<std::string>& requests);
  // Until each is accepted whole. A refusal, also of a part, ends the program.
  void SendRound();

 private:
  struct Call;
  struct Connection;
  void SendNext(Connection& connection);

  PollExecutor executor_;
  std::vector<std::unique_ptr<Connection>> connections_;
  size_t under_way_ = 0;
};

}  // namespace holdfast::bench
