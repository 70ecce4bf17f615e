// A simulated Mac on virtual time and somebody who watches it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/simulated_mac.h"
#include "sim/virtual_time.h"

namespace holdfast::sim {

inline ServiceFacts MakeService(const std::string& name, ServiceType type = ServiceType::kIkev2) {
  ServiceFacts service;
  service.id = Uuid::FromName(name);
  service.name = name;
  service.type = type;
  service.profile_identifier = "com.example." + name;
  service.remote_address = name + ".example.com";
  if (type == ServiceType::kProvider) service.provider_bundle_id = "com.example.provider." + name;
  return service;
}

inline profiles::Profile MakeProfile(const ServiceFacts& service) {
  profiles::Profile profile;
  profile.identifier = service.profile_identifier;
  profile.services = {service};
  return profile;
}

// Keeps what it is told, and as text "name status reason".
class Watcher : public Observer {
 public:
  void OnSession(const SessionEvent& event) override { events.push_back(event); }
  void OnInstalled(const InstalledFacts& facts) override { installed.push_back(facts); }
  void OnManagerRestarted(const std::string& detail) override { ++manager_restarts; }
  void OnPath(const PathFacts& path) override { paths.push_back(path); }
  void OnPower(PowerEvent event) override { power.push_back(event); }
  void OnConsoleUser(const ConsoleUser& user) override { users.push_back(user); }

  std::vector<SessionEvent> Of(const Uuid& service) const {
    std::vector<SessionEvent> result;
    for (const SessionEvent& event : events) {
      if (event.service == service) result.push_back(event);
    }
    return result;
  }
  // The statuses of one service, repeated ones once.
  std::vector<SessionStatus> Statuses(const Uuid& service) const {
    std::vector<SessionStatus> result;
    for (const SessionEvent& event : Of(service)) {
      if (result.empty() || result.back() != event.status) result.push_back(event.status);
    }
    return result;
  }
  const SessionEvent& Last(const Uuid& service) const {
    static const SessionEvent kNone;
    for (auto it = events.rbegin(); it != events.rend(); ++it) {
      if (it->service == service) return *it;
    }
    return kNone;
  }
  void Forget() { *this = Watcher(); }

  std::vector<SessionEvent> events;
  std::vector<InstalledFacts> installed;
  std::vector<PathFacts> paths;
  std::vector<PowerEvent> power;
  std::vector<ConsoleUser> users;
  int manager_restarts = 0;
};

class MacTest : public ::testing::Test {
 protected:
  MacTest() : mac(time, time, 7) {
    mac.AddObserver(&watcher);
    mac.SetLog([this](const LogLine& line) { log.push_back(line.message); });
  }
  ~MacTest() override { mac.RemoveObserver(&watcher); }

  Uuid Install(const ServiceFacts& service) {
    mac.Install(MakeProfile(service));
    time.RunFor(absl::Milliseconds(100));
    return service.id;
  }
  // Installed, started and up; the watcher has forgotten how.
  Uuid Connected(const ServiceFacts& service) {
    const Uuid id = Install(service);
    EXPECT_TRUE(mac.StartSession(id, std::nullopt).ok());
    time.RunFor(absl::Seconds(5));
    EXPECT_EQ(mac.StatusOf(id), SessionStatus::kConnected);
    watcher.Forget();
    return id;
  }
  bool Logged(const std::string& part) const {
    for (const std::string& line : log) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

  VirtualTime time;
  SimulatedMac mac;
  Watcher watcher;
  std::vector<std::string> log;
};

}  // namespace holdfast::sim
