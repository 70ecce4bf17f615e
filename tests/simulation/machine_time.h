// One machine's clocks and executor on the world's virtual time: its own boots, its own wall clock. The
// world's time never goes back.
#pragma once

#include <functional>
#include <utility>

#include "base/executor.h"
#include "sim/clock_control.h"
#include "sim/virtual_time.h"

namespace holdfast::simulation {

class MachineTime final : public Clock, public Executor, public sim::ClockControl {
 public:
  // `world` must outlive it. Equal ids name equal boots.
  MachineTime(sim::VirtualTime& world, uint8_t id) : world_(world), id_(id), lane_(world.NewLane()) {}

  Stamp Now() const override {
    const Stamp now = world_.Now();
    BootId boot;
    boot.bytes = {id_, static_cast<uint8_t>(boots_ >> 8), static_cast<uint8_t>(boots_), 1};
    return {boot, {now.mono.ns - booted_ns_}, now.wall + skew_};
  }
  void Post(std::function<void()> work) override { PostAt(Now().mono, std::move(work)); }
  TimerId PostAt(MonoTime due, std::function<void()> work) override {
    if (before_each_) {
      work = [this, work = std::move(work)] {
        before_each_();
        work();
      };
    }
    return world_.PostAt({due.ns + booted_ns_}, std::move(work), lane_);
  }
  // Runs before each piece of work: what tells a library without a context whose Mac it is on.
  void SetBeforeEach(std::function<void()> before) { before_each_ = std::move(before); }
  void Cancel(TimerId id) override { world_.Cancel(id); }

  // While the machine sleeps nothing of it runs; what fell due runs when it goes on.
  void Suspend() { world_.StopLane(lane_); }
  void Resume() { world_.ResumeLane(lane_); }

  // How far its wall clock is from the world's.
  absl::Duration skew() const { return skew_; }
  void JumpWall(absl::Duration by) override { skew_ += by; }
  // The monotonic clock starts at zero again. What is still queued keeps the moment it was meant for.
  void NewBoot() override {
    ++boots_;
    booted_ns_ = world_.Now().mono.ns;
  }

 private:
  sim::VirtualTime& world_;
  const uint8_t id_;
  const sim::VirtualTime::Lane lane_;
  uint16_t boots_ = 1;
  int64_t booted_ns_ = 0;
  absl::Duration skew_;
  std::function<void()> before_each_;
};

}  // namespace holdfast::simulation
