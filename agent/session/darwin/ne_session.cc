#include "agent/session/darwin/ne_session.h"

#include <mutex>
#include <utility>

#include "agent/session/darwin/abi.h"
#include "agent/session/darwin/xpc_reader.h"

namespace holdfast::ne {
namespace {

SessionStatus StatusOf(int raw) {
  return raw >= 0 && raw <= 5 ? static_cast<SessionStatus>(raw) : SessionStatus::kInvalid;
}

}  // namespace

// Owned by the NeSession and by every block given to the library, so that a late callback finds it alive.
// A block copies what it captures, never moves it, and destroys it where the last copy dies: often on a queue
// of the library's.
struct NeSession::Core {
  Core(std::shared_ptr<Client> c, abi::Session s, OnEvent e)
      : client(std::move(c)), session(s), on_event(std::move(e)) {}
  // Event 2 never came: the library dropped its handler by itself.
  ~Core() {
    if (session != nullptr) client->table().ne_session_release(session);
  }

  void Handle(int event) {
    OnEvent call;
    abi::Session drop = nullptr;
    {
      const std::lock_guard lock(mutex);
      if (event == static_cast<int>(Event::kCanceled)) {
        drop = std::exchange(session, nullptr);
        call = std::exchange(on_event, nullptr);
      } else if (event == static_cast<int>(Event::kStatusChanged) && !canceled) {
        call = on_event;
      }
    }
    if (call) call(static_cast<Event>(event));
    if (drop != nullptr) client->table().ne_session_release(drop);
  }

  const std::shared_ptr<Client> client;
  std::mutex mutex;
  abi::Session session;  // ours until event 2
  OnEvent on_event;
  bool canceled = false;
};

// Holds the session during a call of the library, which is made outside the lock.
class NeSession::Pin {
 public:
  explicit Pin(Core& core, bool cancel = false) : table_(core.client->table()) {
    const std::lock_guard lock(core.mutex);
    if (core.canceled || core.session == nullptr) return;
    core.canceled = cancel;
    session_ = core.session;
    table_.ne_session_retain(session_);
  }
  ~Pin() {
    if (session_ != nullptr) table_.ne_session_release(session_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  explicit operator bool() const { return session_ != nullptr; }
  abi::Session get() const { return session_; }

 private:
  const Table& table_;
  abi::Session session_ = nullptr;
};

std::unique_ptr<NeSession> NeSession::Create(std::shared_ptr<Client> client, const Uuid& configuration,
                                             SessionType type, OnEvent on_event) {
  abi::Session raw = client->table().ne_session_create(configuration.bytes.data(), static_cast<int>(type));
  if (raw == nullptr) return nullptr;
  auto core = std::make_shared<Core>(std::move(client), raw, std::move(on_event));
  std::unique_ptr<NeSession> session(new NeSession(core));
  session->Rearm();
  return session;
}

NeSession::~NeSession() {
  OnEvent old;  // dies after the lock is gone: what it captured may call us
  {
    const std::lock_guard lock(core_->mutex);
    old.swap(core_->on_event);
  }
  Cancel();
}

void NeSession::Rearm() {
  const Pin pin(*core_);
  if (!pin) return;
  const auto core = core_;  // a block captures `this` as a bare pointer
  core->client->table().ne_session_set_event_handler(pin.get(), core->client->queue(), ^(int event, void*) {
    core->Handle(event);
  });
}

void NeSession::GetStatus(std::function<void(SessionStatus)> done) {
  const Table& t = core_->client->table();
  const Pin pin(*core_);
  if (!pin || t.ne_session_get_status == nullptr) {
    return core_->client->Post([done] { done(SessionStatus::kInvalid); });
  }
  t.ne_session_get_status(pin.get(), core_->client->queue(), ^(int status) {
    done(StatusOf(status));
  });
}

void NeSession::GetInfo(InfoType type, std::function<void(std::optional<Value>)> done) {
  const auto client = core_->client;
  const Table& t = client->table();
  const Pin pin(*core_);
  if (!pin || t.ne_session_get_info == nullptr) {
    return client->Post([done] { done(std::nullopt); });
  }
  t.ne_session_get_info(pin.get(), static_cast<int>(type), client->queue(), ^(abi::Xpc info) {
    done(ReadXpc(client->table(), info));
  });
}

bool NeSession::Start() {
  const Table& t = core_->client->table();
  const Pin pin(*core_);
  if (!pin) return false;
  if (t.ne_session_start != nullptr) {
    t.ne_session_start(pin.get());
  } else if (t.ne_session_start_with_options != nullptr) {
    t.ne_session_start_with_options(pin.get(), nullptr);
  } else {
    return false;
  }
  return true;
}

bool NeSession::Stop() {
  const Table& t = core_->client->table();
  const Pin pin(*core_);
  if (!pin || t.ne_session_stop == nullptr) return false;
  t.ne_session_stop(pin.get());
  return true;
}

void NeSession::Cancel() {
  const Pin pin(*core_, /*cancel=*/true);
  if (pin) core_->client->table().ne_session_cancel(pin.get());
}

void NeSession::SendBarrier() {
  const Table& t = core_->client->table();
  const Pin pin(*core_);
  if (pin && t.ne_session_send_barrier != nullptr) t.ne_session_send_barrier(pin.get());
}

}  // namespace holdfast::ne
