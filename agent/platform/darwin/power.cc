#include "agent/platform/darwin/power.h"

#include <IOKit/IOKitLib.h>
#include <IOKit/IOMessage.h>
#include <IOKit/pwr_mgt/IOPMLib.h>
#include <dispatch/dispatch.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"

namespace holdfast::platform {
namespace {

// Shared with the callback, which may run while the source is being destroyed.
struct Told {
  Executor& executor;
  std::function<void(PowerEvent)> told;
  std::shared_ptr<char> alive = std::make_shared<char>();
  io_connect_t root = 0;
};

std::optional<PowerEvent> EventOf(uint32_t message) {
  switch (message) {
    case kIOMessageSystemWillSleep:
      return PowerEvent::kWillSleep;
    case kIOMessageSystemHasPoweredOn:
      return PowerEvent::kFullWake;
    case kIOMessageSystemWillPowerOff:
    case kIOMessageSystemWillRestart:
      return PowerEvent::kShutdown;
    default:
      return std::nullopt;
  }
}

void OnMessage(void* context, io_service_t, uint32_t message, void* argument) {
  const Told& told = *static_cast<Told*>(context);
  if (const std::optional<PowerEvent> event = EventOf(message)) {
    told.executor.Post([told = told.told, event, alive = std::weak_ptr<char>(told.alive)] {
      if (!alive.expired()) told(*event);
    });
  }
  // Both wait for an answer, and the Mac for half a minute without one. We never keep it awake.
  if (message == kIOMessageCanSystemSleep || message == kIOMessageSystemWillSleep) {
    IOAllowPowerChange(told.root, reinterpret_cast<intptr_t>(argument));
  }
}

}  // namespace

struct PowerSource::Registration {
  Told told;
  IONotificationPortRef port = nullptr;
  io_object_t notifier = 0;
  dispatch_queue_t queue = nullptr;

  ~Registration() {
    if (notifier != 0) IODeregisterForSystemPower(&notifier);
    if (told.root != 0) IOServiceClose(told.root);
    if (port != nullptr) IONotificationPortDestroy(port);
    // What the queue runs now ends before `told` goes.
    if (queue != nullptr) {
      dispatch_sync_f(queue, nullptr, [](void*) {});
      dispatch_release(queue);
    }
  }
};

PowerSource::PowerSource(Executor& executor) : executor_(executor) {}
PowerSource::~PowerSource() = default;

absl::Status PowerSource::Begin(std::function<void(PowerEvent)> told) {
  std::unique_ptr<Registration> registration(new Registration{{executor_, std::move(told)}});
  registration->queue = dispatch_queue_create("io.holdfast.power", nullptr);
  registration->told.root =
      IORegisterForSystemPower(&registration->told, &registration->port, OnMessage, &registration->notifier);
  if (registration->told.root == 0) {
    return absl::UnavailableError("the system does not tell of sleep and wake (IORegisterForSystemPower)");
  }
  IONotificationPortSetDispatchQueue(registration->port, registration->queue);
  registration_ = std::move(registration);
  return absl::OkStatus();
}

}  // namespace holdfast::platform
