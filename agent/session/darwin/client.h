// The process's client of nesessionmanager: the symbols and the one serial queue on which the library calls
// back. Shared by every session; lives as long as the last of them or of their blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/session/darwin/symbols.h"

struct hf_queue;

namespace holdfast::ne {

class Client {
 public:
  // UNAVAILABLE, naming them, when symbols are missing without which nothing works.
  static absl::StatusOr<std::shared_ptr<Client>> Make(std::shared_ptr<const Symbols> symbols);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Symbols& symbols() const { return *symbols_; }
  const Table& table() const { return symbols_->table(); }
  hf_queue* queue() const { return queue_; }

  // Runs the work on the queue, later.
  void Post(std::function<void()> work) const;

  // The system's words for a stop reason, else those of our own table.
  std::string StopReason(int reason) const;
  // 0 when it does not run, or when it cannot be told.
  int ManagerPid() const;

 private:
  explicit Client(std::shared_ptr<const Symbols> symbols);

  std::shared_ptr<const Symbols> symbols_;
  hf_queue* queue_ = nullptr;
};

// Calls `changed` on the client's queue whenever the name is posted, until it is destroyed; one call that has
// begun by then may still finish.
class Notification {
 public:
  // Nullptr when the system has no notifications.
  static std::unique_ptr<Notification> Watch(std::shared_ptr<Client> client, const char* name,
                                             std::function<void()> changed);
  ~Notification();
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

 private:
  Notification(std::shared_ptr<Client> client, int token) : client_(std::move(client)), token_(token) {}

  std::shared_ptr<Client> client_;
  int token_;
};

}  // namespace holdfast::ne
