#include "agent/session/scutil/scutil_backend.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/signals/parse/scutil_list.h"
#include "agent/signals/parse/scutil_status.h"

namespace holdfast::session {
namespace {

bool IsDown(SessionStatus status) {
  return status == SessionStatus::kInvalid || status == SessionStatus::kDisconnected ||
         status == SessionStatus::kDisconnecting;
}

std::optional<uint64_t> BytesIn(const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return std::nullopt;
  const auto output = parse::ReadScutilStatus(*text);
  if (!output.ok()) return std::nullopt;
  for (const parse::ScutilReport& report : output->reports) {
    for (const parse::ScFact& fact : report.facts) {
      uint64_t bytes = 0;
      const bool counts = fact.path == "PPP.BytesIn" || fact.path == "VPN.BytesIn";
      if (counts && absl::SimpleAtoi(fact.value, &bytes)) return bytes;
    }
  }
  return std::nullopt;
}

}  // namespace

ScutilBackend::ScutilBackend(Executor& executor, const Clock& clock, signals::RunTool run,
                             ScutilOptions options)
    : executor_(executor),
      clock_(clock),
      run_(std::move(run)),
      options_(std::move(options)),
      look_(executor) {}

absl::Status ScutilBackend::Begin(Listener* listener) {
  if (listener_ != nullptr) {
    return absl::FailedPreconditionError("the session back end has begun already: begin it once");
  }
  listener_ = listener;
  executor_.Post(lifetime_.Guard([this] { Look(); }));
  return absl::OkStatus();
}

void ScutilBackend::Run(std::vector<std::string> arguments, Done done) {
  arguments.insert(arguments.begin(), {options_.program, "--nc"});
  run_(std::move(arguments), options_.limit, lifetime_.Guard(std::move(done)));
}

void ScutilBackend::Look() {
  if (looking_) return;
  looking_ = true;
  Run({"list"}, [this](const absl::StatusOr<std::string>& text) {
    looking_ = false;
    OnList(text);
    LookAgain();
  });
}

void ScutilBackend::LookAgain() {
  const MonoTime now = clock_.Now().mono;
  look_.Set(now + (now < closely_until_ ? options_.look_closely : options_.look_every), [this] { Look(); });
}

// A list that could not be read says nothing: what was known stays.
void ScutilBackend::OnList(const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return;
  const auto list = parse::ReadScutilList(*text);
  if (!list.ok()) return;
  InstalledFacts installed;
  std::map<Uuid, SessionStatus> statuses;
  for (const parse::ScutilService& service : list->services) {
    if (!statuses.emplace(service.id, service.status.value_or(SessionStatus::kInvalid)).second) continue;
    installed.services.push_back(parse::ServiceFactsOf(service));
  }
  std::sort(installed.services.begin(), installed.services.end(),
            [](const ServiceFacts& a, const ServiceFacts& b) { return a.id < b.id; });
  std::erase_if(services_, [&](const auto& entry) { return !statuses.contains(entry.first); });
  for (const ServiceFacts& facts : installed.services) services_[facts.id].facts = facts;
  if (installed_ != installed) {
    installed_ = installed;
    listener_->OnInstalled(installed);
  }
  for (const auto& [id, status] : statuses) {
    const auto known = services_.find(id);
    if (known != services_.end() && known->second.listed != status) Ask(id, status);
  }
}

// The list tells the status, its details why a session is down.
void ScutilBackend::Ask(const Uuid& service, SessionStatus seen) {
  Known& known = services_.at(service);
  if (std::exchange(known.asking, true)) return;
  Run({"status", service.ToString()},
      [this, service, seen](const absl::StatusOr<std::string>& text) { Tell(service, seen, text); });
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): std::function frees what it keeps

void ScutilBackend::Tell(const Uuid& service, SessionStatus seen, const absl::StatusOr<std::string>& text) {
  const auto known = services_.find(service);
  if (known == services_.end()) return;
  known->second.asking = false;
  SessionEvent event;
  event.service = service;
  event.generation = ++generations_[service];
  event.status = seen;
  if (text.ok()) {
    const auto output = parse::ReadScutilStatus(*text);
    if (output.ok() && !output->reports.empty()) {
      const parse::ScutilReport& report = output->reports.front();
      event.status = report.ne_status.value_or(report.status.value_or(seen));
      if (IsDown(event.status)) event.stop_reason = report.last_stop_reason;
    }
  }
  if (event.stop_reason) event.cause = CauseOfStopReason(*event.stop_reason);
  known->second.listed = seen;
  known->second.told = event.status;
  listener_->OnSession(event);
}

absl::StatusOr<std::string> ScutilBackend::NameOf(const Uuid& service, absl::string_view verb) const {
  const auto known = services_.find(service);
  if (known != services_.end()) return known->second.facts.name;
  return absl::NotFoundError(absl::StrCat(
      verb, " the session of service ", service.ToString(), ": scutil does not list it; it lists: ",
      absl::StrJoin(services_, ", ", [](std::string* out, const auto& entry) {
        absl::StrAppend(out, "'", entry.second.facts.name, "'");
      })));
}

// Always by id: names are ambiguous, and options would show in the list of processes.
absl::Status ScutilBackend::Command(const Uuid& service, const char* verb) {
  closely_until_ = clock_.Now().mono + options_.closely_for;
  Run({verb, service.ToString()}, [this](const absl::StatusOr<std::string>&) { Look(); });
  return absl::OkStatus();
}

absl::Status ScutilBackend::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  const auto name = NameOf(service, "starting");
  if (!name.ok()) return name.status();
  if (as_uid) {
    return absl::UnimplementedError(
        absl::StrCat("starting '", *name, "' on behalf of uid ", *as_uid, ": scutil starts as who runs it"));
  }
  return Command(service, "start");
}

absl::Status ScutilBackend::StopSession(const Uuid& service) {
  const auto name = NameOf(service, "stopping");
  return name.ok() ? Command(service, "stop") : name.status();
}

void ScutilBackend::CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) {
  const auto known = services_.find(service);
  if (known == services_.end() || !known->second.told || IsDown(*known->second.told)) {
    return executor_.Post(lifetime_.Guard([done = std::move(done), service] {
      done(absl::NotFoundError(absl::StrCat("counting what came in through service ", service.ToString(),
                                            ": it is not connected")));
    }));
  }
  Run({"statistics", service.ToString()}, [done = std::move(done)](const absl::StatusOr<std::string>& text) {
    if (const auto bytes = BytesIn(text)) return done(*bytes);
    done(absl::UnimplementedError("scutil does not count what comes in through this kind of service"));
  });
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): std::function frees what it keeps

std::vector<Capability> ScutilBackend::Capabilities() const {
  return {{"private_interface", false, options_.why},
          {"start", true, "services that scutil lists: IKEv2 is not among them"},
          {"stop", true, "services that scutil lists: IKEv2 is not among them"},
          {"status", true, "seen when it is looked at, not when it changes"},
          {"stop_reason", true, "as far as scutil prints it"},
          {"inbound_bytes", true, "where scutil prints statistics"},
          {"manager_restart", false, "a restart of nesessionmanager is not noticed"},
          {"on_behalf_of_user", false, "scutil starts as who runs it"}};
}

}  // namespace holdfast::session
