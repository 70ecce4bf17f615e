// What the subjects on a simulated Mac share: the Mac with two services, virtual time, and how both are
// driven.
#pragma once

#include "sim/virtual_time.h"
#include "tests/contract/session_contract.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::session {

class SimulatedMacSubject : public Subject {
 public:
  Uuid service() const override { return Uuid::FromName("one"); }
  Uuid other_service() const override { return Uuid::FromName("two"); }
  bool RunUntil(const std::function<bool()>& done) override {
    const MonoTime limit = time_.Now().mono + absl::Minutes(10);
    while (!done()) {
      if (time_.Now().mono > limit || !time_.RunOne()) return false;
    }
    return true;
  }
  void Settle() override { time_.RunFor(absl::Minutes(10)); }
  void Hang(const Uuid& service) override {
    mac_.SetGateway(service == Uuid::FromName("one") ? "one.example.com" : "two.example.com",
                    sim::Gateway::kHangs);
  }
  bool RestartManager() override {
    mac_.RestartManager();
    return true;
  }
  int SkippedStarts() const override { return static_cast<int>(mac_.skipped_starts()); }

 protected:
  explicit SimulatedMacSubject(const sim::DeliverySettings& delivery = {},
                               ServiceType type = ServiceType::kIkev2)
      : mac_(time_, time_, 3, {.delivery = delivery}) {
    for (const char* name : {"one", "two"}) mac_.Install(sim::MakeProfile(sim::MakeService(name, type)));
  }

  sim::VirtualTime time_;
  sim::SimulatedMac mac_;
};

}  // namespace holdfast::session
