#include "tests/bench/ingest_fleet.h"

#include "absl/strings/str_cat.h"
#include "base/crypto/keys.h"

namespace holdfast::bench {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(60);

}  // namespace

BenchFleet::BenchFleet(const EnrollmentString& enrollment, int devices, const SystemClock& clock,
                       SystemRandom& random)
    : clock_(clock), random_(random), executor_(clock) {
  for (int i = 0; i < devices; ++i) {
    agents_.push_back({.transport = std::make_unique<uplink::GrpcTransport>(
                           executor_, uplink::GrpcOptions{enrollment.server, enrollment.ca_spki_sha256})});
    Enroll(agents_.back(), i, enrollment.token);
  }
}

void BenchFleet::MakeRound(int messages_per_device, int rows_per_message) {
  for (Agent& agent : agents_) {
    agent.messages.clear();
    agent.next = 0;
    for (int i = 0; i < messages_per_device; ++i) {
      agent.messages.push_back(NextMessage(agent.device, rows_per_message));
    }
  }
}

void BenchFleet::SendRound() {
  under_way_ = agents_.size();
  for (Agent& agent : agents_) SendNext(agent);
  executor_.Run();
}

std::vector<const wire::SyncRequest*> BenchFleet::Messages() const {
  std::vector<const wire::SyncRequest*> all;
  for (size_t i = 0; i < agents_.front().messages.size(); ++i) {
    for (const Agent& agent : agents_) all.push_back(&agent.messages[i]);
  }
  return all;
}

void BenchFleet::Enroll(Agent& agent, int number, const std::string& token) {
  const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
  Require(key.ok(), key.status().ToString());
  wire::EnrollRequest request;
  request.token = token;
  request.csr_pem = *crypto::MakeCsrPem(*key, "bench");
  request.hardware.serial_number = absl::StrCat("BENCH-", number);
  request.hardware.hostname = absl::StrCat("mac-", number);
  agent.transport->Enroll(request, kDeadline, [&](absl::StatusOr<wire::EnrollResponse> answer) {
    Require(answer.ok(), answer.status().ToString());
    agent.device = NewBenchDevice(answer->device_id, clock_, random_);
    agent.transport->SetIdentity({answer->certificate_chain_pem, key->ToPem(), answer->ca_certificates_pem});
    executor_.Stop();
  });
  executor_.Run();
}

void BenchFleet::SendNext(Agent& agent) {
  if (agent.next == agent.messages.size()) {
    if (--under_way_ == 0) executor_.Stop();
    return;
  }
  const wire::SyncRequest& message = agent.messages[agent.next++];
  agent.transport->Sync(message, kDeadline, [&](absl::StatusOr<wire::SyncResponse> answer) {
    Require(answer.ok(), answer.status().ToString());
    Require(answer->acked_through == message.head.seq, "rows were not acknowledged");
    if (!answer->override_key_id.empty()) agent.device.override_key_id = answer->override_key_id;
    SendNext(agent);
  });
}

}  // namespace holdfast::bench
