// What the daemon answers on its local socket, as plain values. The daemon implements Delegate; agent/control
// owns socket, rights and wire. All calls are made on the executor.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/control/tasks.h"
#include "base/ids.h"
#include "base/time.h"
#include "core/engine/engine.h"
#include "storage/journal/journal.h"

namespace holdfast::control {

struct UplinkView {
  std::string state;   // "not enrolled", "online", "backing off", "refused: ..."
  std::string server;  // HOST:PORT
  std::string device_id;
  Epoch epoch = 0;
  uint64_t acked_through = 0;
  uint64_t last_seq = 0;
  std::optional<WallTime> last_contact;
  std::optional<WallTime> next_try;
  std::string last_error;
};

struct StatusView {
  std::string agent_version;
  Stamp now;
  EngineView engine;
  UplinkView uplink;
  std::vector<std::string> warnings;  // "the disk is full: rows are kept in memory", ...
};

struct PolicyKeyView {
  std::string path, value, origin;
};
struct PolicyView {
  std::vector<PolicyKeyView> keys;
  uint64_t version = 0;
  std::string policy_id;
  std::string source;
  std::string document;
};

class Delegate {
 public:
  virtual ~Delegate() = default;
  virtual StatusView Status() = 0;
  virtual PolicyView Policy() = 0;
  virtual absl::StatusOr<std::vector<journal::Row>> History(const journal::Filter& filter) = 0;
  // `service_name` is a UUID, a service's name or a rule's label; uid and user are the peer's. `done` runs
  // once.
  virtual void Request(UserRequest request, const std::string& service_name,
                       std::function<void(absl::Status, std::string)> done) = 0;
  // For the helper in the session of `uid`.
  virtual void NextTask(uint32_t uid, const TaskRequest& request, GiveTask give) = 0;
};

}  // namespace holdfast::control
