#include "sim/darwin/process.h"

#include <algorithm>
#include <utility>

#include "sim/darwin/library.h"

namespace holdfast::sim {
namespace {

constexpr char kManagerNotification[] = "com.apple.nesessionmanager";

struct Registry {
  std::mutex mutex;
  std::map<DarwinPort*, std::shared_ptr<Process>> processes;
};
Registry& All() {
  static Registry& all = *new Registry;
  return all;
}

}  // namespace

Census& Sessions() {
  static Census& census = *new Census;
  return census;
}

Process::Process(DarwinPort* port)
    : port_(port),
      library_(new hf_queue(port), ReleaseQueue{}),
      manager_(new hf_queue(port), ReleaseQueue{}),
      published_pid_(port->ManagerRuns() ? port->ManagerPid() : 0) {}

Process::~Process() = default;

DarwinPort* Process::OnlyPort() {
  const std::lock_guard lock(All().mutex);
  return All().processes.size() == 1 ? All().processes.begin()->first : nullptr;
}

std::shared_ptr<Process> Process::Of(DarwinPort* port) {
  const std::lock_guard lock(All().mutex);
  std::shared_ptr<Process>& process = All().processes[port];
  if (process == nullptr) process = std::make_shared<Process>(port);
  return process;
}

std::shared_ptr<Process> Process::Find(DarwinPort* port) {
  const std::lock_guard lock(All().mutex);
  const auto it = All().processes.find(port);
  return it == All().processes.end() ? nullptr : it->second;
}

void Process::Forget(DarwinPort* port) {
  std::shared_ptr<Process> dead;
  {
    const std::lock_guard lock(All().mutex);
    const auto it = All().processes.find(port);
    if (it == All().processes.end()) return;
    dead = std::move(it->second);
    All().processes.erase(it);
  }
  dead->Die();
}

void Process::Die() {
  KillQueues(port_);
  std::map<int, Registration> registrations;
  {
    const std::lock_guard lock(mutex_);
    registrations.swap(registrations_);
  }
  for (auto& [key, weak] : connections_) {
    const auto connection = weak.lock();
    while (connection != nullptr && !connection->listening.empty())
      ClearHandler(*connection->listening.back());
  }
  connections_.clear();
}

void Process::OnLibrary(std::function<void()> work) {
  library_->Post(absl::ZeroDuration(), std::move(work));
}

void Process::OnManager(std::function<void()> work) {
  manager_->Post(port_->Hop(), std::move(work));
}

void Process::ToLibrary(std::function<void()> work) {
  library_->Post(port_->Hop(), std::move(work));
}

hf_ne_session* Process::Session(const Uuid& id, int type) {
  if (!answers().handles_are_shared) return new hf_ne_session(shared_from_this());
  const std::lock_guard lock(mutex_);
  hf_ne_session*& known = sessions_[{id, type}];
  if (known == nullptr || !known->TryRetain()) known = new hf_ne_session(shared_from_this());
  return known;
}

std::shared_ptr<Connection> Process::ConnectionTo(const Uuid& id, int type) {
  std::weak_ptr<Connection>& known = connections_[{id, type}];
  std::shared_ptr<Connection> connection = known.lock();
  if (connection == nullptr) {
    connection = std::make_shared<Connection>();
    connection->id = id;
    known = connection;
  }
  return connection;
}

void Process::Connect(std::shared_ptr<Connection> connection, std::function<void()> then) {
  if (connection->connected) return then();
  OnManager([self = shared_from_this(), connection, then = std::move(then)] {
    const bool runs = self->port_->ManagerRuns();
    const auto current = runs ? self->port_->Current(connection->id) : std::nullopt;
    const int status = !runs ? 1 : current ? static_cast<int>(current->status) : 0;
    if (current) self->told_[connection->id] = current->status;
    self->ToLibrary([connection, runs, status, then] {
      connection->connected = runs;
      connection->status = status;
      then();
    });
  });
}

void Process::Fire(Connection& connection, int event) {
  const int times = answers().events_repeat ? 2 : 1;
  for (hf_ne_session* session : connection.listening) {
    for (int i = 0; i < times && session->TryRetain(); ++i) {
      const std::shared_ptr<hf_ne_session> kept(session, sim::Release);
      session->handler_queue->Post(
          absl::ZeroDuration(), [kept, event, handler = session->handler, armed = session->armed,
                                 drops = !answers().cleared_handler_may_run,
                                 data = answers().events_carry_data ? static_cast<void*>(session) : nullptr] {
            if (drops && event == 1 && (kept->handler == nullptr || kept->armed != armed)) return;
            (*handler)(event, data);
          });
    }
  }
}

void Process::Bury(hf_ne_session* session) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second == session; });
  }
  const std::shared_ptr<hf_ne_session> dying(session, [](hf_ne_session* s) {
    ClearHandler(*s);
    delete s;
  });
  OnLibrary([dying] {});
}

void ClearHandler(hf_ne_session& session) {
  if (session.connection != nullptr) std::erase(session.connection->listening, &session);
  ++session.armed;
  // These die last: with the handler may die what holds the session.
  const auto queue = std::exchange(session.handler_queue, nullptr);
  const auto handler = std::exchange(session.handler, nullptr);
}

void Release(hf_ne_session* session) {
  const auto process = session->process;
  if (session->Counted::Release()) process->Bury(session);
}

void Process::StatusChanged(const Uuid& service) {
  manager_->Post(absl::ZeroDuration(), [self = shared_from_this(), service] { self->SendStatus(service); });
}

void Process::SendStatus(const Uuid& service) {
  const auto current = port_->Current(service);
  const SessionStatus status = current ? current->status : SessionStatus::kInvalid;
  const auto [told, first] = told_.try_emplace(service, status);
  if (!first && told->second == status && !answers().repeats_are_told) return;
  told->second = status;
  ToLibrary([self = shared_from_this(), service, status] {
    for (auto& [key, weak] : self->connections_) {
      const auto connection = weak.lock();
      if (key.first != service || connection == nullptr || !connection->connected) continue;
      connection->status = static_cast<int>(status);
      self->Fire(*connection, 1);
    }
  });
}

void Process::ManagerDied() {
  manager_->Post(absl::ZeroDuration(), [self = shared_from_this()] { self->told_.clear(); });
  if (!answers().pid_stays_after_death) {
    {
      const std::lock_guard lock(mutex_);
      published_pid_ = 0;
    }
    Notify(kManagerNotification);
  }
  ToLibrary([self = shared_from_this()] {
    for (auto& [key, weak] : self->connections_) {
      const auto connection = weak.lock();
      if (connection == nullptr) continue;
      connection->connected = false;
      connection->status = 1;
      if (self->answers().death_is_told) self->Fire(*connection, 1);
    }
  });
}

void Process::ManagerCame() {
  {
    const std::lock_guard lock(mutex_);
    published_pid_ = port_->ManagerPid();
  }
  Notify(kManagerNotification);
  if (!answers().subscription_survives) return;
  ToLibrary([self = shared_from_this()] {
    for (auto& [key, weak] : self->connections_) {
      if (const auto connection = weak.lock(); connection != nullptr && !connection->listening.empty()) {
        self->Connect(connection, [self, connection] { self->Fire(*connection, 1); });
      }
    }
  });
}

uint32_t Process::Register(const std::string& name, QueueRef queue, SharedBlock<ne::abi::NotifyBlock> block) {
  const std::lock_guard lock(mutex_);
  registrations_[next_token_] = {name, std::move(queue), std::move(block)};
  return static_cast<uint32_t>(next_token_++);
}

bool Process::Cancel(int token) {
  Registration dropped;  // dies after the lock is gone
  const std::lock_guard lock(mutex_);
  const auto it = registrations_.find(token);
  if (it == registrations_.end()) return false;
  dropped = std::move(it->second);
  registrations_.erase(it);
  return true;
}

int Process::published_pid() {
  const std::lock_guard lock(mutex_);
  return published_pid_;
}

void Process::Notify(const std::string& name) {
  const std::lock_guard lock(mutex_);
  for (const auto& [token, registration] : registrations_) {
    if (registration.name != name) continue;
    registration.queue->Post(port_->Hop(), [block = registration.block, which = token] { (*block)(which); });
  }
}

}  // namespace holdfast::sim
