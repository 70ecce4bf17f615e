// The product in one thread on virtual time: whole agents and the real ServerCore on stores in memory, with a
// tap on the messages between them. A day takes some milliseconds.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "tests/integration/protocol/tap.h"
#include "tests/simulation/simulated_device.h"
#include "tests/simulation/simulated_server.h"

namespace holdfast::protocol {

class Protocol : public ::testing::Test, public simulation::Watcher {
 protected:
  using Device = simulation::SimulatedDevice;

  Protocol()
      : server_(time_, 1000, [](const std::string& what) { ADD_FAILURE() << what; }), tap_(server_, time_) {
    server_.SetNudge([this](const Uuid& device, absl::Duration jitter) {
      nudges_.push_back(jitter);
      for (const auto& [name, mac] : macs_) mac->Nudge(device, jitter);
    });
  }
  ~Protocol() override { server_.SetNudge(nullptr); }

  // A Mac that does not run yet. Macs of one hardware name have the same serial number and platform UUID.
  Device& Add(const std::string& name, const std::string& token, const std::string& hardware = "") {
    const auto number = static_cast<uint8_t>(macs_.size() + 1);
    auto& mac = macs_[name];
    mac = std::make_unique<Device>(time_, tap_, *this,
                                   simulation::DeviceOptions{.name = name,
                                                             .number = number,
                                                             .token = token,
                                                             .seed = 7000 + number * uint64_t{100},
                                                             .hardware = hardware});
    return *mac;
  }
  // One that has enrolled, and is up and quiet.
  Device& AddOnline(const std::string& name) {
    Device& mac = Add(name, Token());
    mac.Start();
    time_.RunFor(absl::Minutes(10));
    EXPECT_EQ(mac.Status().uplink.state, "online");
    return mac;
  }

  server::ServerCore& core() { return server_.core(); }
  const server::Actor& admin() const { return server_.admin(); }
  std::string Token(const server::CreateEnrollmentTokenRequest& request = {}) {
    const auto token = core().CreateEnrollmentToken(admin(), request);
    EXPECT_TRUE(token.ok()) << token.status();
    return token.ok() ? token->secret : "";
  }
  server::Device Seen(const std::string& name) {
    const auto device = core().GetDevice(admin(), name);
    EXPECT_TRUE(device.ok()) << device.status();
    return device.value_or(server::Device{});
  }
  std::vector<server::Incident> Incidents(const std::string& device, const std::string& name) {
    server::ListIncidentsRequest request;
    request.device = device;
    request.name = name;
    return core().ListIncidents(admin(), request)->incidents;
  }
  // Newest first; of every action when none is named.
  std::vector<server::AuditEntry> Audit(const std::string& action = "") {
    std::vector<server::AuditEntry> found = core().ListAudit(admin(), {})->entries;
    std::erase_if(found, [&](const server::AuditEntry& e) { return !action.empty() && e.action != action; });
    return found;
  }
  std::vector<server::HistoryRow> RowsOf(const std::string& device, const std::string& kind = "") {
    server::ListHistoryRequest request;
    request.device = device;
    if (!kind.empty()) request.kinds = {kind};
    request.ascending = true;
    request.page_size = 1000;
    const auto rows = core().ListHistory(admin(), request);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? rows->rows : std::vector<server::HistoryRow>{};
  }
  ServerTime Now() const { return {time_.Now().wall.ns}; }

  void OnBroken(const std::string& what) override { ADD_FAILURE() << what; }

  sim::VirtualTime time_;
  simulation::SimulatedServer server_;
  Tap tap_;
  std::vector<absl::Duration> nudges_;
  std::map<std::string, std::unique_ptr<Device>> macs_;
};

}  // namespace holdfast::protocol
