// Devices' rows as they arrive, to everybody who watches. Takes ServerCore's row listener only while there is
// a watcher, because it costs a decode per row. Core thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "server/service/server_core.h"

namespace holdfast::server {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // False when the watcher is too slow to be kept.
  virtual bool Deliver(const HistoryRow& row) = 0;
  // Nothing is called after it.
  virtual void Close(const absl::Status& status) = 0;
};

class EventFeed {
 public:
  struct Watcher {
    Actor actor;
    std::optional<Uuid> device;   // nothing: all
    std::set<std::string> kinds;  // empty: all
  };
  explicit EventFeed(ServerCore& core) : core_(core) {
    core_.SetAdminRevokedListener([this] { CloseEnded(); });
  }
  ~EventFeed() {
    core_.SetRowListener(nullptr);
    core_.SetAdminRevokedListener(nullptr);
  }
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  void Add(std::shared_ptr<EventSink> sink, Watcher watcher);
  void Remove(const std::shared_ptr<EventSink>& sink);
  // Those whose token is not good any more. By itself after each revocation; call it now and then for those
  // that expire.
  void CloseEnded();
  void CloseAll(const absl::Status& status);

 private:
  void Deliver(const HistoryRow& row);

  ServerCore& core_;
  std::map<std::shared_ptr<EventSink>, Watcher> watchers_;
};

}  // namespace holdfast::server
