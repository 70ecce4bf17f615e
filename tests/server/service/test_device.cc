#include "tests/server/service/test_device.h"

#include <gtest/gtest.h>

#include "proto/wire/event_codec.h"

namespace holdfast::server {

TestDevice::TestDevice(World& w, const std::string& name)
    : world(w), key(*crypto::PrivateKey::Generate(crypto::KeyType::kEcP256)) {
  hardware = {.serial_number = "SERIAL-" + name,
              .platform_uuid = Uuid::FromName(name).ToString(),
              .model = "Mac15,3",
              .os_version = "15.6",
              .os_build = "24G84",
              .hostname = name};
  now = {.boot = {{1}}, .mono = {1000000000}, .wall = world.clock.now.wall};
  epoch = world.random.Next64();
}

void TestDevice::NewKey() {
  key = *crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
}

wire::EnrollRequest TestDevice::EnrollRequest(const std::string& token) const {
  wire::EnrollRequest request;
  request.token = token;
  request.csr_pem = *crypto::MakeCsrPem(key, hardware.hostname);
  request.hardware = hardware;
  request.agent_version = "0.1.0";
  return request;
}

absl::StatusOr<wire::EnrollResponse> TestDevice::Enroll(const std::string& token) {
  auto answer = world.core->Enroll({std::nullopt, "", "198.51.100.7"}, EnrollRequest(token));
  if (!answer.ok()) return answer;
  id = answer->device_id;
  serial = crypto::ReadCertificate(answer->certificate_chain_pem)->serial_hex;
  return answer;
}

TestDevice& TestDevice::EnrollNow() {
  const auto answer = Enroll(world.MakeToken());
  EXPECT_TRUE(answer.ok()) << answer.status();
  return *this;
}

journal::Row& TestDevice::Write(const Event& event) {
  journal::Row row;
  row.epoch = epoch;
  row.seq = rows.size() + 1;
  row.at = now;
  row.kind = static_cast<uint16_t>(KindOf(event));
  row.payload_version = wire::kPayloadVersion;
  row.subject = SubjectOf(event);
  row.payload = wire::EncodeEvent(event);
  row.hash = journal::HashOf(row, rows.empty() ? journal::kGenesis : rows.back().hash);
  rows.push_back(std::move(row));
  return rows.back();
}

void TestDevice::WriteVerdict(TimeClass time_class, const std::string& cause,
                              const std::string& verdict_key) {
  Write(Verdict{.key = verdict_key,
                .rule = "Corp VPN",
                .service = Uuid::FromName(verdict_key),
                .service_name = "Corp",
                .time_class = time_class,
                .cause = cause});
}

void TestDevice::Advance(absl::Duration d) {
  world.clock.Advance(d);
  now.mono = now.mono + d;
  now.wall = now.wall + d;
}

void TestDevice::Reboot() {
  ++now.boot.bytes[0];
  now.mono = {5000000000};
}

void TestDevice::BeginEpoch() {
  epoch = world.random.Next64();
  rows.clear();
  acked = 0;
}

wire::SyncRequest TestDevice::Request(uint64_t first, uint64_t last) {
  wire::SyncRequest request;
  request.device_id = id;
  request.message_number = ++message_number;
  request.sent = now;
  request.anchor = anchor;
  request.hardware = hardware;
  request.agent_version = "0.1.0";
  request.head = {epoch, rows.size(), rows.empty() ? journal::kGenesis : rows.back().hash};
  if (last == 0) last = rows.size();
  if (first > last) return request;
  request.frame.emplace();
  if (first > 1) request.frame->previous_hash = rows[first - 2].hash;
  request.frame->rows.assign(rows.begin() + static_cast<int64_t>(first) - 1,
                             rows.begin() + static_cast<int64_t>(last));
  return request;
}

absl::StatusOr<wire::SyncResponse> TestDevice::Sync(const wire::SyncRequest& request) const {
  return world.core->Sync(AsPeer(), request);
}

absl::StatusOr<wire::SyncResponse> TestDevice::SyncNow() {
  auto answer = Sync(Request(acked + 1));
  if (!answer.ok()) return answer;
  acked = answer->acked_through;
  anchor = wire::TimeAnchor{now.boot, now.mono, answer->server_time, absl::ZeroDuration()};
  return answer;
}

}  // namespace holdfast::server
