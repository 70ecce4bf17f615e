// One session object of the private library, for one configuration, for as long as that is installed.
// Asynchronous only: nothing waits, nothing has a deadline (those are the engine's), nothing decides.
// Methods may be called from any thread; callbacks run on the client's queue.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "agent/session/darwin/client.h"
#include "agent/session/darwin/value.h"
#include "base/ids.h"
#include "core/facts.h"

namespace holdfast::ne {

enum class SessionType : int { kVpn = 1 };
enum class InfoType : int { kStatistics = 1, kExtendedStatus = 2 };
enum class Event : int { kStatusChanged = 1, kCanceled = 2 };

class NeSession {
 public:
  // kStatusChanged carries no status, and may come without a change. kCanceled comes at most once, as the
  // last.
  using OnEvent = std::function<void(Event)>;

  // Nullptr when the library refuses. An unknown configuration is not refused: it has no status.
  static std::unique_ptr<NeSession> Create(std::shared_ptr<Client> client, const Uuid& configuration,
                                           SessionType type, OnEvent on_event);
  // Cancels. No call of `on_event` begins after this; one that runs on the queue may finish.
  ~NeSession();
  NeSession(const NeSession&) = delete;
  NeSession& operator=(const NeSession&) = delete;

  // The client's cached status: after a start it is "connecting" whether or not anything was begun.
  // kInvalid when it cannot be asked.
  void GetStatus(std::function<void(SessionStatus)> done);
  // Nothing when the manager does not run, does not know the session, or cannot be asked.
  void GetInfo(InfoType type, std::function<void(std::optional<Value>)> done);
  // Whether the request was given to the library; never more.
  bool Start();
  bool Stop();
  // After it no status is delivered; kCanceled follows once.
  void Cancel();
  // Asks again for the events of this session: a manager that was restarted may know nobody any more.
  void Rearm();
  // Waits, for about a second at most, until what was asked has left the process. Only before its end.
  void SendBarrier();

 private:
  struct Core;
  class Pin;
  explicit NeSession(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  std::shared_ptr<Core> core_;
};

}  // namespace holdfast::ne
