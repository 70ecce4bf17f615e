#include "agent/session/darwin/client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/session/darwin/abi.h"
#include "core/facts.h"

namespace holdfast::ne {

absl::StatusOr<std::shared_ptr<Client>> Client::Make(std::shared_ptr<const Symbols> symbols) {
  if (!symbols->Usable()) {
    return absl::UnavailableError(absl::StrCat(
        "using the session interface of this system: it has no ", absl::StrJoin(symbols->Missing(), ", "),
        "; services are only listed (holdfastctl doctor says what is left)"));
  }
  return std::shared_ptr<Client>(new Client(std::move(symbols)));
}

Client::Client(std::shared_ptr<const Symbols> symbols) : symbols_(std::move(symbols)) {
  queue_ = table().dispatch_queue_create("io.holdfast.agent.sessions", nullptr);
}

// May run on that very queue: releasing it there is allowed.
Client::~Client() {
  table().dispatch_release(queue_);
}

void Client::Post(std::function<void()> work) const {
  table().dispatch_async(queue_, ^{
    work();
  });
}

std::string Client::StopReason(int reason) const {
  const char* words = nullptr;
  if (table().ne_session_stop_reason_to_string != nullptr) {
    words = table().ne_session_stop_reason_to_string(reason);
  }
  return words != nullptr ? words : std::string(StopReasonText(reason));
}

int Client::ManagerPid() const {
  return table().ne_session_manager_get_pid == nullptr ? 0 : table().ne_session_manager_get_pid();
}

std::unique_ptr<Notification> Notification::Watch(std::shared_ptr<Client> client, const char* name,
                                                  std::function<void()> changed) {
  const Table& t = client->table();
  if (t.notify_register_dispatch == nullptr || t.notify_cancel == nullptr) return nullptr;
  int token = 0;
  const uint32_t failed = t.notify_register_dispatch(name, &token, client->queue(), ^(int) {
    changed();
  });
  if (failed != 0) return nullptr;
  return std::unique_ptr<Notification>(new Notification(std::move(client), token));
}

Notification::~Notification() {
  client_->table().notify_cancel(token_);
}

}  // namespace holdfast::ne
