// libsystem_networkextension: the C symbols (docs/ne-session.md, 1.1 and 1.6).
#include <cstring>

#include "sim/darwin/export.h"
#include "sim/darwin/library.h"
#include "sim/darwin/process.h"
#include "sim/darwin/xpc.h"

namespace holdfast::sim {
namespace {

namespace abi = ne::abi;

abi::Session Alive(abi::Session session) {
  if (session == nullptr) Violation("a null session is used");
  return session;
}

// On the library's queue, with the session alive meanwhile.
template <class Work>
void With(abi::Session session, Work work) {
  Alive(session)->Retain();
  session->process->OnLibrary(
      [kept = std::shared_ptr<hf_ne_session>(session, Release), work = std::move(work)] { work(*kept); });
}

XpcRef Number(const Answers& answers, int64_t value) {
  return answers.unsigned_numbers ? XpcUint(static_cast<uint64_t>(value)) : XpcInt(value);
}

XpcRef ExtendedStatus(DarwinPort& port, const SessionEvent& event) {
  const Answers& answers = port.answers();
  std::map<std::string, XpcRef> vpn = {{"RemoteAddress", XpcString("192.0.2.1")}};
  if (event.stop_reason) vpn["LastCause"] = Number(answers, *event.stop_reason);
  std::map<std::string, XpcRef> all = {
      {"NEStatus", Number(answers, static_cast<int64_t>(event.status))},
      {"VPN", XpcDictionary(std::move(vpn))},
      {"IsPrimaryInterface", XpcBool(true)},
      {"LastStatusChangeTime", XpcDate(absl::ToInt64Nanoseconds(port.Now() - MonoTime{}))},
      {"DNSServers", XpcArray({XpcString("192.0.2.53"), XpcInt(7)})},
      // The options of a start may hold a password: nobody may read them.
      {"StartMessage",
       XpcDictionary({{"SessionOptions", XpcDictionary({{"password", XpcString("hunter2")}})}})}};
  return XpcDictionary(std::move(all));
}

XpcRef Statistics(DarwinPort& port, const Uuid& service) {
  return XpcDictionary({{"VPN", XpcDictionary({{"BytesIn", XpcUint(port.BytesIn(service))}})}});
}

XpcRef Answer(DarwinPort& port, const Uuid& service, int type) {
  if (!port.ManagerRuns()) return nullptr;
  const auto current = port.Current(service);
  if (!current) return port.answers().unknown_info_is_empty ? XpcDictionary({}) : nullptr;
  if (type == 1) return Statistics(port, service);
  if (type == 2) return ExtendedStatus(port, *current);
  return nullptr;
}

void Hope(hf_ne_session& session, SessionStatus status) {
  session.connection->status = static_cast<int>(status);
  session.process->Fire(*session.connection, 1);
}

void Command(abi::Session session, SessionStatus hope, void (DarwinPort::*send)(const Uuid&), bool launches) {
  With(session, [hope, send, launches](hf_ne_session& s) {
    if (!launches && !s.process->port()->ManagerRuns()) return;  // nobody is there to hear it
    s.connection->connected = true;
    Hope(s, hope);
    s.process->OnManager(
        [process = s.process, id = s.connection->id, send] { (process->port()->*send)(id); });
  });
}

}  // namespace

HOLDFAST_EXPORT abi::Session ne_session_create(const unsigned char* configuration, int type) {
  if (configuration == nullptr || type <= 0) return nullptr;
  Uuid id;
  std::memcpy(id.bytes.data(), configuration, id.bytes.size());
  hf_ne_session* session = Process::Current()->Session(id, type);
  With(session, [id, type](hf_ne_session& s) { s.connection = s.process->ConnectionTo(id, type); });
  return session;
}

HOLDFAST_EXPORT void ne_session_retain(abi::Session session) {
  Alive(session)->Retain();
}

HOLDFAST_EXPORT void ne_session_release(abi::Session session) {
  Release(Alive(session));
}

HOLDFAST_EXPORT void ne_session_set_event_handler(abi::Session session, abi::Queue queue,
                                                  abi::EventBlock block) {
  const QueueRef on = block == nullptr ? nullptr : Retained(queue);
  With(session, [on, handler = Own(block)](hf_ne_session& s) {
    ClearHandler(s);
    if (handler == nullptr) return;
    s.handler = handler;
    s.handler_queue = on;
    s.connection->listening.push_back(&s);
    if (!s.process->port()->ManagerRuns()) return;
    s.process->Connect(s.connection,
                       [process = s.process, connection = s.connection] { process->Fire(*connection, 1); });
  });
}

HOLDFAST_EXPORT void ne_session_cancel(abi::Session session) {
  With(session, [](hf_ne_session& s) {
    const Answers& answers = s.process->answers();
    if (s.handler == nullptr) return;
    if (answers.canceled_without_manager || s.process->port()->ManagerRuns()) {
      const int times = answers.second_cancel_repeats ? 2 : 1;
      for (int i = 0; i < times; ++i) {
        s.handler_queue->Post(absl::ZeroDuration(), [handler = s.handler] { (*handler)(2, nullptr); });
      }
    }
    ClearHandler(s);
  });
}

HOLDFAST_EXPORT void ne_session_get_status(abi::Session session, abi::Queue queue, abi::StatusBlock block) {
  With(session, [on = Retained(queue), done = Own(block)](hf_ne_session& s) {
    const auto answer = [on, done, connection = s.connection] {
      on->Post(absl::ZeroDuration(), [done, status = connection->status] { (*done)(status); });
    };
    if (s.process->answers().status_connects_first) return s.process->Connect(s.connection, answer);
    answer();
  });
}

HOLDFAST_EXPORT void ne_session_get_info(abi::Session session, int type, abi::Queue queue,
                                         abi::InfoBlock block) {
  With(session, [type, on = Retained(queue), done = Own(block)](hf_ne_session& s) {
    if (!s.process->answers().info_is_answered) return;
    s.process->OnManager([process = s.process, id = s.connection->id, type, on, done] {
      process->port()->InfoAsked();
      process->ToLibrary([on, done, info = Answer(*process->port(), id, type)] {
        on->Post(absl::ZeroDuration(), [done, info] { (*done)(info.get()); });
      });
    });
  });
}

HOLDFAST_EXPORT void ne_session_start(abi::Session session) {
  Command(session, SessionStatus::kConnecting, &DarwinPort::Start, /*launches=*/true);
}

HOLDFAST_EXPORT void ne_session_start_with_options(abi::Session session, abi::Xpc) {
  ne_session_start(session);
}

HOLDFAST_EXPORT void ne_session_stop(abi::Session session) {
  Command(session, SessionStatus::kDisconnecting, &DarwinPort::Stop, /*launches=*/false);
}

HOLDFAST_EXPORT void ne_session_send_barrier(abi::Session session) {
  Alive(session);
}

HOLDFAST_EXPORT bool ne_session_manager_is_running() {
  return Process::Current()->published_pid() != 0;
}

HOLDFAST_EXPORT int ne_session_manager_get_pid() {
  return Process::Current()->published_pid();
}

HOLDFAST_EXPORT const char* ne_session_stop_reason_to_string(int reason) {
  return CurrentPort()->StopReason(reason);
}

HOLDFAST_EXPORT uint32_t notify_register_dispatch(const char* name, int* token, abi::Queue queue,
                                                  abi::NotifyBlock block) {
  *token = static_cast<int>(Process::Current()->Register(name, Retained(queue), Own(block)));
  return 0;
}

HOLDFAST_EXPORT uint32_t notify_cancel(int token) {
  const auto process = Process::Find(CurrentPort());
  return process != nullptr && process->Cancel(token) ? 0 : 2;  // NOTIFY_STATUS_INVALID_TOKEN
}

HOLDFAST_CHECK_PROTOTYPES(HOLDFAST_NE_FUNCTIONS)
HOLDFAST_CHECK_PROTOTYPES(HOLDFAST_NOTIFY_FUNCTIONS)

}  // namespace holdfast::sim
