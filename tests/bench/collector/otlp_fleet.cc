#include "tests/bench/collector/otlp_fleet.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "tests/bench/ingest_load.h"

namespace holdfast::bench {
namespace {

constexpr char kExport[] = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
constexpr std::chrono::seconds kDeadline{60};

// ExportLogsServiceResponse: nothing, or a partial_success that says nothing.
bool AcceptedWhole(const grpc::ByteBuffer& response) {
  if (response.Length() == 0) return true;
  grpc::Slice bytes;
  return response.DumpToSingleSlice(&bytes).ok() &&
         std::string(bytes.begin(), bytes.end()) == std::string("\x0a\x00", 2);
}

}  // namespace

struct OtlpFleet::Connection {
  std::unique_ptr<grpc::GenericStub> stub;
  std::vector<grpc::ByteBuffer> requests;  // of this round
  size_t next = 0;
};

struct OtlpFleet::Call {
  grpc::ClientContext context;
  grpc::ByteBuffer response;
};

OtlpFleet::OtlpFleet(const Endpoint& collector, const OtlpIdentity& identity, int connections,
                     const SystemClock& clock)
    : executor_(clock) {
  grpc::SslCredentialsOptions tls{identity.ca_pem, identity.key_pem, identity.certificate_pem};
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else they would share one connection
  for (int i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<Connection>());
    connections_.back()->stub = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(collector.ToString(), grpc::SslCredentials(tls), arguments));
  }
}

OtlpFleet::~OtlpFleet() = default;

size_t OtlpFleet::MakeRound(const std::vector<std::string>& requests) {
  size_t bytes = 0;
  for (auto& connection : connections_) {
    connection->requests.clear();
    connection->next = 0;
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    const grpc::Slice slice(requests[i]);
    connections_[i % connections_.size()]->requests.emplace_back(&slice, 1);
    bytes += requests[i].size();
  }
  return bytes;
}

void OtlpFleet::SendRound() {
  under_way_ = connections_.size();
  for (auto& connection : connections_) SendNext(*connection);
  executor_.Run();
}

void OtlpFleet::SendNext(Connection& connection) {
  if (connection.next == connection.requests.size()) {
    if (--under_way_ == 0) executor_.Stop();
    return;
  }
  auto call = std::make_shared<Call>();
  call->context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  auto* const context = &call->context;
  auto* const response = &call->response;
  connection.stub->UnaryCall(
      context, kExport, grpc::StubOptions(), &connection.requests[connection.next++], response,
      // Moved on, so that the call ends on the executor's thread: a ClientContext holds its channel.
      [this, call = std::move(call), &connection](const grpc::Status& status) mutable {
        executor_.Post([this, call = std::move(call), &connection, status] {
          Require(status.ok(), absl::StrCat("the collector refused: ", status.error_message()));
          Require(AcceptedWhole(call->response), "the collector took only a part");
          SendNext(connection);
        });
      });
}

}  // namespace holdfast::bench
