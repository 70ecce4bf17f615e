// Fetches tasks from the daemon and carries them out, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/control/client.h"
#include "agent/control/tasks.h"
#include "agent/helper/presenter.h"
#include "agent/helper/starter.h"

namespace holdfast::helper {

class Worker {
 public:
  // What it is given must outlive it. `starter` may be null: then it starts nothing. `log` takes a line.
  // `uid`: in whose session, for root; 0: the own one.
  Worker(std::string version, uint32_t uid, Starter* starter, const Presenter& presenter,
         std::function<void(const std::string&)> log)
      : version_(std::move(version)),
        uid_(uid),
        starter_(starter),
        presenter_(presenter),
        log_(std::move(log)) {}

  // Until the connection ends, and why it did. What was done is reported with the next request, on this
  // connection or the next one.
  absl::Status Serve(control::ControlClient& daemon);

 private:
  absl::Status Do(const control::Task& task);

  const std::string version_;
  const uint32_t uid_;
  Starter* const starter_;
  const Presenter& presenter_;
  const std::function<void(const std::string&)> log_;
  std::optional<control::TaskResult> done_;
};

}  // namespace holdfast::helper
