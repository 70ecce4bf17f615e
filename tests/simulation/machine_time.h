// One machine's clocks and executor on the world's virtual time: its own boots, its own wall clock. The
// world's time never goes back.
#pragma once

#include "base/executor.h"
#include "sim/clock_control.h"
#include "sim/virtual_time.h"

namespace holdfast::simulation {

class MachineTime final : public Clock, public Executor, public sim::ClockControl {
 public:
  // `world` must outlive it. Equal ids name equal boots.
  MachineTime(sim::VirtualTime& world, uint8_t id) : world_(world), id_(id) {}

  Stamp Now() const override {
    const Stamp now = world_.Now();
    BootId boot;
    boot.bytes = {id_, boots_, 1};
    return {boot, {now.mono.ns - booted_ns_}, now.wall + skew_};
  }
  void Post(std::function<void()> work) override { world_.Post(std::move(work)); }
  TimerId PostAt(MonoTime due, std::function<void()> work) override {
    return world_.PostAt({due.ns + booted_ns_}, std::move(work));
  }
  void Cancel(TimerId id) override { world_.Cancel(id); }

  void JumpWall(absl::Duration by) override { skew_ += by; }
  // The monotonic clock starts at zero again. What is still queued keeps the moment it was meant for.
  void NewBoot() override {
    ++boots_;
    booted_ns_ = world_.Now().mono.ns;
  }

 private:
  sim::VirtualTime& world_;
  const uint8_t id_;
  uint8_t boots_ = 1;
  int64_t booted_ns_ = 0;
  absl::Duration skew_;
};

}  // namespace holdfast::simulation
