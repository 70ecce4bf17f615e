// The client library's state in one process: what a program that links libsystem_networkextension carries.
// Behaves as docs/ne-session.md, 1.6 says; where that leaves a question open, as the port's Answers say.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "agent/session/darwin/abi.h"
#include "sim/darwin/dispatch.h"

namespace holdfast::sim {

// What the sessions of one configuration share.
struct Connection {
  Uuid id;
  bool connected = false;  // the manager knows that we listen
  int status = 0;          // the cache, into which start and stop write what they hope for
  std::vector<hf_ne_session*> listening;
};

Census& Sessions();
// Takes its handler from a session. On the library's queue, or after the process's death.
void ClearHandler(hf_ne_session& session);
// Gives one reference back.
void Release(hf_ne_session* session);

class Process : public std::enable_shared_from_this<Process> {
 public:
  explicit Process(DarwinPort* port);
  ~Process();
  // Of() makes one where there is none; Find() gives nullptr.
  static std::shared_ptr<Process> Of(DarwinPort* port);
  static std::shared_ptr<Process> Find(DarwinPort* port);
  static std::shared_ptr<Process> Current() { return Of(CurrentPort()); }
  static void Forget(DarwinPort* port);
  // Nullptr unless there is exactly one.
  static DarwinPort* OnlyPort();

  DarwinPort* port() const { return port_; }
  const Answers& answers() const { return port_->answers(); }

  // On the library's own serial queue, where all of this object's state lives.
  void OnLibrary(std::function<void()> work);
  // In the manager, a message later; in the order in which they were sent.
  void OnManager(std::function<void()> work);
  // From the manager to the library.
  void ToLibrary(std::function<void()> work);

  // A new session of a configuration, or, where handles are shared, one more reference to the living one.
  hf_ne_session* Session(const Uuid& id, int type);

  // --- on the library's queue
  std::shared_ptr<Connection> ConnectionTo(const Uuid& id, int type);
  // Makes sure that the manager knows us, then goes on.
  void Connect(std::shared_ptr<Connection> connection, std::function<void()> then);
  void Fire(Connection& connection, int event);
  // Ends a session to which nobody refers any more. From any queue.
  void Bury(hf_ne_session* session);

  // --- from the port
  void StatusChanged(const Uuid& service);
  void ManagerDied();
  void ManagerCame();

  uint32_t Register(const std::string& name, QueueRef queue, SharedBlock<ne::abi::NotifyBlock> block);
  bool Cancel(int token);
  // What notify(3) holds for the manager.
  int published_pid();

 private:
  struct Registration {
    std::string name;
    QueueRef queue;
    SharedBlock<ne::abi::NotifyBlock> block;
  };
  void SendStatus(const Uuid& service);
  void Notify(const std::string& name);
  void Die();

  DarwinPort* const port_;
  QueueRef library_;
  QueueRef manager_;
  std::map<std::pair<Uuid, int>, std::weak_ptr<Connection>> connections_;
  std::map<Uuid, SessionStatus> told_;  // in the manager: the last status of each that it sent
  std::mutex mutex_;                    // of what follows
  std::map<std::pair<Uuid, int>, hf_ne_session*> sessions_;  // where handles are shared
  std::map<int, Registration> registrations_;
  int next_token_ = 1;
  int published_pid_ = 0;
};

}  // namespace holdfast::sim

struct hf_ne_session : holdfast::sim::Counted {
  explicit hf_ne_session(std::shared_ptr<holdfast::sim::Process> p)
      : Counted(holdfast::sim::Sessions()), process(std::move(p)) {}
  const std::shared_ptr<holdfast::sim::Process> process;
  // On the library's queue.
  std::shared_ptr<holdfast::sim::Connection> connection;
  holdfast::sim::SharedBlock<holdfast::ne::abi::EventBlock> handler;
  holdfast::sim::QueueRef handler_queue;
  uint64_t armed = 0;  // grows with each handler: a callback of an earlier one may be dropped
};
