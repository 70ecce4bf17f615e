// Watches one device of a world from outside: the engine's promises, that it does not spin, that what can be
// connected is, and how long each service truly was. Keeps its own account; asks the engine nothing.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "sim/virtual_time.h"
#include "tests/core/engine/invariants.h"
#include "tests/simulation/simulated_device.h"

namespace holdfast::simulation {

// Where what happens in a world goes.
class Chronicle {
 public:
  virtual ~Chronicle() = default;
  virtual void OnBroken(const std::string& device, const std::string& what) = 0;
  // Whether anybody reads; else nothing is put into words.
  virtual bool told() const = 0;
  virtual void Tell(const std::string& device, const std::string& what) = 0;
};

class Monitor final : public Watcher {
 public:
  // All must outlive it.
  Monitor(const sim::VirtualTime& time, Chronicle& chronicle, std::string name);

  // The device is made after its monitor.
  void Watch(SimulatedDevice* device) { device_ = device; }

  // Somebody outside did something to the device: what was wrong until now is judged, and the time in which
  // it must come right begins anew.
  void Disturbed();
  // A service that nothing stands against for longer than its bound must be connected.
  void CheckConnected();

  void OnStep(const Stamp& now, const EngineInput& input, const std::vector<Effect>& effects,
              std::optional<MonoTime> deadline) override;
  void OnRestart(uint64_t survived) override;
  void OnStatus(const Uuid& service, SessionStatus status) override;
  void OnBroken(const std::string& what) override { chronicle_.OnBroken(name_, what); }

  // How long it was truly connected, whichever UUID its configuration had; and by how much at most an account
  // by what was delivered may be longer.
  absl::Duration TrulyConnected(Vpn vpn) const;
  absl::Duration LatestNews() const { return lag_; }

  uint64_t steps() const { return steps_; }
  uint64_t rows() const { return rows_; }
  uint64_t digest() const { return digest_; }

 private:
  struct Truth {
    bool connected = false;
    MonoTime since;  // of `connected`
    absl::Duration total;
    bool believed = false;  // connected, by what was delivered to this run
  };
  void CheckWakes(MonoTime now, std::optional<MonoTime> deadline);
  void CountStep(const Stamp& now, const EngineInput& input, const std::vector<Effect>& effects);
  void TellStep(const EngineInput& input, const std::vector<Effect>& effects);
  void NoteDelivered(const SessionEvent& event);
  bool MustBeConnected(Vpn vpn, MonoTime now) const;

  const sim::VirtualTime& time_;
  Chronicle& chronicle_;
  const std::string name_;
  Invariants invariants_;
  SimulatedDevice* device_ = nullptr;
  std::map<Uuid, Truth> truth_;
  std::map<Uuid, size_t> vpn_of_;
  MonoTime calm_since_;
  MonoTime run_began_;
  absl::Duration lag_;
  int64_t second_ = 0;
  int steps_in_second_ = 0;
  uint64_t steps_ = 0, rows_ = 0;
  uint64_t digest_ = 14695981039346656037u;
};

}  // namespace holdfast::simulation
