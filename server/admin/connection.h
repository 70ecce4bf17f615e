// Which server, by which authority, with which token; and calls over that connection.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/enrollment.h"
#include "holdfast/v1/admin_service.grpc.pb.h"
#include "proto/wire/status_codec.h"

namespace holdfast::admin {

// From flags or environment; empty: not given.
struct ConnectionFlags {
  std::string server, ca_file, token_file;
  std::string data_dir;  // of a server on this host: fills what the others leave open
};

struct Target {
  Endpoint server;
  std::string ca_file, ca_pem;
  std::string token;
};

// INVALID_ARGUMENT says what is missing and how to give it.
absl::StatusOr<Target> ResolveTarget(const ConnectionFlags& flags);

// What a failed connection was about: OK when a TLS handshake with the target succeeds. Otherwise UNAVAILABLE
// that says whether nobody answers, somebody else does ("this is not our server"), or a name or a clock is
// wrong.
absl::Status DiagnoseConnection(const Target& target, absl::Duration timeout);

class AdminClient {
 public:
  AdminClient(Target target, absl::Duration timeout);

  using Stub = v1::AdminService::Stub;
  template <class Request, class Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    Prepare(context);
    return Explain(wire::FromGrpc((stub_.get()->*method)(&context, request, response)));
  }

  // Until the server ends the stream or `row` returns false; no deadline.
  absl::Status WatchEvents(const v1::WatchEventsRequest& request,
                           const std::function<bool(const v1::HistoryRow&)>& row);

 private:
  void Authorize(grpc::ClientContext& context) const;
  void Prepare(grpc::ClientContext& context) const;
  absl::Status Explain(absl::Status status) const;

  Target target_;
  absl::Duration timeout_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace holdfast::admin
