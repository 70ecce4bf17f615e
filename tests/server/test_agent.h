// A protocol-true device for tests: its own key, a journal of made-up rows with a true hash chain, and calls
// over real gRPC and mutual TLS.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/keys.h"
#include "base/time.h"
#include "core/event/event.h"
#include "holdfast/v1/agent_service.grpc.pb.h"
#include "proto/wire/agent_codec.h"
#include "proto/wire/event_codec.h"
#include "proto/wire/status_codec.h"
#include "storage/journal/row.h"

namespace holdfast {

class TestAgent {
 public:
  TestAgent(uint16_t port, std::string ca_pem, absl::string_view name = "mac")
      : port_(port), ca_pem_(std::move(ca_pem)), name_(name) {
    Connect();
  }

  // A new connection, with the identity if there is one.
  void Connect() {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = ca_pem_;
    if (!certificate_.empty()) {
      tls.pem_private_key = key_.ToPem();
      tls.pem_cert_chain = certificate_;
    }
    grpc::ChannelArguments arguments;
    // By address, not by name: Debian's resolver library leaks a little for each name, which LeakSanitizer
    // reports.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // each agent its own connection
    channel_ =
        grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), grpc::SslCredentials(tls), arguments);
    stub_ = v1::AgentService::NewStub(channel_);
  }
  // The server came back on another port.
  void SetPort(uint16_t port) {
    port_ = port;
    Connect();
  }
  void UseCertificate(std::string pem) {
    certificate_ = std::move(pem);
    Connect();
  }

  wire::EnrollRequest EnrollMessage(const std::string& token) const {
    wire::EnrollRequest request;
    request.token = token;
    request.csr_pem = *crypto::MakeCsrPem(key_, name_);
    request.hardware = {
        absl::StrCat("SERIAL-", name_), Uuid::FromName(name_).ToString(), "Mac15,3", "15.1", "24B83", name_};
    request.agent_version = "0.1.0";
    return request;
  }
  // Enrolls and connects again with the certificate it got.
  absl::StatusOr<wire::EnrollResponse> Enroll(const std::string& token) {
    v1::EnrollResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = stub_->Enroll(&context, wire::ToProto(EnrollMessage(token)), &response);
    if (!status.ok()) return wire::FromGrpc(status);
    absl::StatusOr<wire::EnrollResponse> plain = wire::FromProto(response);
    if (!plain.ok()) return plain;
    device_ = plain->device_id;
    UseCertificate(plain->certificate_chain_pem);
    return plain;
  }

  // Adds rows to its journal: the first row of an epoch says that it began.
  void Append(int count) {
    for (int i = 0; i < count; ++i) {
      journal::Row row;
      row.epoch = epoch_;
      row.seq = rows_.size() + 1;
      row.at = SystemClock().Now();
      const Event event = rows_.empty() ? Event(EpochBegan{.reason = "created"})
                                        : Event(CheckResult{.name = "probe", .passed = true, .detail = ""});
      row.kind = static_cast<uint16_t>(KindOf(event));
      row.payload_version = wire::kPayloadVersion;
      row.payload = wire::EncodeEvent(event);
      row.hash = journal::HashOf(row, rows_.empty() ? journal::kGenesis : rows_.back().hash);
      rows_.push_back(row);
    }
  }
  wire::SyncRequest SyncMessage() {
    wire::SyncRequest request;
    request.device_id = device_;
    request.message_number = ++message_number_;
    request.sent = SystemClock().Now();
    request.head.epoch = epoch_;
    if (!rows_.empty()) {
      request.head.seq = rows_.back().seq;
      request.head.hash = rows_.back().hash;
    }
    if (acked_ < rows_.size()) {
      request.frame.emplace();
      request.frame->previous_hash = acked_ == 0 ? journal::kGenesis : rows_[acked_ - 1].hash;
      request.frame->rows.assign(rows_.begin() + static_cast<ptrdiff_t>(acked_), rows_.end());
    }
    request.agent_version = "0.1.0";
    request.hardware = EnrollMessage("").hardware;
    return request;
  }
  absl::StatusOr<wire::SyncResponse> Sync(absl::Duration deadline = absl::Seconds(30)) {
    absl::StatusOr<wire::SyncResponse> response = Send(SyncMessage(), deadline);
    if (response.ok()) acked_ = response->acked_through;
    return response;
  }
  absl::StatusOr<wire::SyncResponse> Send(const wire::SyncRequest& request,
                                          absl::Duration deadline = absl::Seconds(30)) {
    v1::SyncResponse response;
    grpc::ClientContext context;
    SetDeadline(context, deadline);
    const grpc::Status status = stub_->Sync(&context, wire::ToProto(request), &response);
    if (!status.ok()) return wire::FromGrpc(status);
    return wire::FromProto(response);
  }
  absl::StatusOr<wire::RenewResponse> Renew() {
    v1::RenewCertificateResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::Status status = stub_->RenewCertificate(
        &context, wire::ToProto(wire::RenewRequest{device_, *crypto::MakeCsrPem(key_, name_)}), &response);
    if (!status.ok()) return wire::FromGrpc(status);
    return wire::FromProto(response);
  }

  static void SetDeadline(grpc::ClientContext& context, absl::Duration deadline = absl::Seconds(30)) {
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(deadline));
  }

  v1::AgentService::Stub& stub() { return *stub_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const crypto::PrivateKey& key() const { return key_; }
  const Uuid& device() const { return device_; }
  const std::vector<journal::Row>& rows() const { return rows_; }
  uint64_t acked() const { return acked_; }

 private:
  uint16_t port_;
  std::string ca_pem_;
  std::string name_;
  crypto::PrivateKey key_ = *crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
  std::string certificate_;
  Uuid device_;
  Epoch epoch_ = 0x1122334455667788;
  std::vector<journal::Row> rows_;
  uint64_t acked_ = 0;
  uint64_t message_number_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
};

}  // namespace holdfast
