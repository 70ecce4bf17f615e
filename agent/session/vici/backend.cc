#include "agent/session/vici/backend.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text/width.h"

namespace holdfast::vici {
namespace {

constexpr int kPluginFailed = 7;
constexpr int kNotInTime = 12;

std::string Milliseconds(absl::Duration d) {
  return absl::StrCat(absl::ToInt64Milliseconds(d));
}

}  // namespace

ViciBackend::ViciBackend(PollExecutor& executor, const Clock& clock, ViciOptions options)
    : executor_(executor),
      clock_(clock),
      options_(std::move(options)),
      list_timer_(executor),
      feed_(executor, clock, options_.socket_path,
            {[this] { Opened(); },
             [this](const std::string& name, const Section& message) { Event(name, message); },
             [this](const absl::Status& status) { Lost(status); }}) {}

ViciBackend::~ViciBackend() = default;

absl::Status ViciBackend::Begin(session::Listener* listener) {
  listener_ = listener;
  return feed_.Begin();
}

std::vector<session::Capability> ViciBackend::Capabilities() const {
  return {{"start", true, ""},
          {"stop", true, ""},
          {"inbound_bytes", true, ""},
          {"failure_cause", true, "read from charon's log"},
          {"configuration_events", false, "charon is asked for its connections from time to time"},
          {"on_behalf_of_user", false, "charon's credentials are the machine's"}};
}

// --- the connection to charon

void ViciBackend::Opened() {
  open_ = true;
  tell_all_ = true;
  opened_at_ = clock_.Now().mono;
  dead_ikes_.clear();
  log_.Clear();
  if (was_lost_) {
    executor_.Post(lifetime_.Guard([this] { listener_->OnManagerRestarted("charon answers again"); }));
  }
  List();
}

void ViciBackend::Lost(const absl::Status& status) {
  open_ = false;
  was_lost_ = true;
  listing_ = false;
  calls_.clear();
  list_timer_.Cancel();
  for (auto& [id, tracked] : services_) {
    tracked.associations.clear();
    tracked.busy = false;
    tracked.path_lost = false;
    tracked.down_pending = false;
    tracked.probing = 0;
    tracked.given_up.reset();
    if (tracked.status != SessionStatus::kDisconnected) {
      Report(tracked, SessionStatus::kDisconnected, Cause{kPluginFailed, std::string(status.message())});
    }
  }
}

void ViciBackend::Run(Command command, Call::Done done) {
  const uint64_t number = ++last_call_;
  calls_[number] = std::make_unique<Call>(executor_, clock_, options_.socket_path, std::move(command),
                                          [this, number, done = std::move(done)](Answer answer) {
                                            const auto finished = calls_.extract(number);
                                            done(std::move(answer));
                                          });
}

void ViciBackend::After(absl::Duration delay, std::function<void()> work) {
  executor_.PostAt(clock_.Now().mono + delay, lifetime_.Guard(std::move(work)));
}

// --- starting

absl::Status ViciBackend::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  Tracked* tracked = Find(service);
  if (tracked == nullptr) {
    return absl::NotFoundError(absl::StrCat("start ", service.ToString(), ": charon has no such connection"));
  }
  if (as_uid) return absl::UnimplementedError("charon cannot start a session on behalf of a user");
  if (!open_) {
    return absl::UnavailableError(
        absl::StrCat("start ", tracked->service.facts.name, ": charon is not reachable"));
  }
  if (tracked->status == SessionStatus::kDisconnected) Initiate(*tracked);
  return absl::OkStatus();
}

void ViciBackend::Initiate(Tracked& tracked) {
  Report(tracked, SessionStatus::kConnecting);
  tracked.busy = true;
  Command command{"initiate", {}, "control-log", options_.initiate_timeout + options_.answer_within};
  command.arguments.values = {{"ike", tracked.service.connection},
                              {"child", tracked.service.child},
                              {"timeout", Milliseconds(options_.initiate_timeout)},
                              {"loglevel", "1"}};
  Run(std::move(command), [this, id = tracked.service.facts.id, number = ++tracked.command](
                              const Answer& answer) { Initiated(id, number, answer); });
}

void ViciBackend::Initiated(const Uuid& id, uint64_t command, const Answer& answer) {
  Tracked* tracked = Find(id);
  if (tracked == nullptr || tracked->command != command) return;  // stopped, or charon was lost meanwhile
  const bool started = answer.ok() && OutcomeOf(*answer).ok();
  if (!started && tracked->associations.empty()) return NotStarted(*tracked, answer);
  tracked->busy = false;
  // The event of the association comes on another connection and may be later than the answer.
  if (tracked->associations.empty()) List();
}

void ViciBackend::NotStarted(Tracked& tracked, const Answer& answer) {
  const std::vector<std::string> lines = answer.ok() ? LinesOf(answer->streamed) : std::vector<std::string>();
  const std::string words =
      text::Printable((answer.ok() ? OutcomeOf(*answer) : answer.status()).message().substr(0, 300));
  const bool exists = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return absl::StrContains(line, "existing duplicate");
  });
  if (exists) {
    tracked.busy = false;
    return List();
  }
  const bool runs_on = !answer.ok() || absl::StrContains(words, "not established after");
  const Cause cause = CauseOf(lines).value_or(Cause{runs_on ? kNotInTime : 0, words});
  if (!runs_on) return GiveUp(tracked, cause);
  // charon goes on trying after its answer; its late success would be nobody's.
  Terminate(tracked, [this, id = tracked.service.facts.id, number = tracked.command, cause](const Answer&) {
    Tracked* still = Find(id);
    if (still != nullptr && still->command == number) GiveUp(*still, cause);
  });
}

void ViciBackend::GiveUp(Tracked& tracked, const Cause& cause) {
  tracked.busy = false;
  if (!tracked.associations.empty()) return Settle(tracked);
  if (tracked.status != SessionStatus::kDisconnected) Report(tracked, SessionStatus::kDisconnected, cause);
}

// --- stopping

absl::Status ViciBackend::StopSession(const Uuid& service) {
  Tracked* tracked = Find(service);
  if (tracked == nullptr) {
    return absl::NotFoundError(absl::StrCat("stop ", service.ToString(), ": charon has no such connection"));
  }
  if (!open_) {
    return absl::UnavailableError(
        absl::StrCat("stop ", tracked->service.facts.name, ": charon is not reachable"));
  }
  const bool nothing_to_stop = tracked->status == SessionStatus::kDisconnected ||
                               tracked->status == SessionStatus::kInvalid ||
                               tracked->status == SessionStatus::kDisconnecting;
  if (nothing_to_stop) return absl::OkStatus();
  Report(*tracked, SessionStatus::kDisconnecting);
  tracked->busy = true;
  Terminate(*tracked,
            [this, service, number = ++tracked->command](const Answer&) { Terminated(service, number); });
  return absl::OkStatus();
}

void ViciBackend::Terminate(Tracked& tracked, Call::Done done) {
  Command command{"terminate", {}, "", options_.terminate_timeout + options_.answer_within};
  auto& arguments = command.arguments.values;
  arguments = {{"ike", tracked.service.connection},
               {"timeout", Milliseconds(options_.terminate_timeout)},
               {"force", "yes"},
               {"loglevel", "-1"}};
  // An IKE_SA that carries another service stays.
  if (HasConnectedSibling(tracked)) arguments.emplace_back("child", tracked.service.child);
  Run(std::move(command), std::move(done));
}

bool ViciBackend::HasConnectedSibling(const Tracked& tracked) const {
  return std::any_of(services_.begin(), services_.end(), [&tracked](const auto& entry) {
    const Tracked& other = entry.second;
    return other.service.connection == tracked.service.connection &&
           other.service.child != tracked.service.child && !other.associations.empty();
  });
}

void ViciBackend::CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) {
  const Tracked* tracked = Find(service);
  if (tracked == nullptr || tracked->associations.empty() || !open_) {
    executor_.Post(lifetime_.Guard([done = std::move(done)] {
      done(absl::NotFoundError("counting what came in: it has no security association"));
    }));
    return;
  }
  Command command{"list-sas", {}, "list-sa", options_.answer_within};
  command.arguments.values = {{"ike", tracked->service.connection}};
  Run(std::move(command), [child = tracked->service.child, done = std::move(done)](const Answer& answer) {
    if (!answer.ok()) return done(answer.status());
    done(BytesIn(answer->streamed, child));
  });
}

void ViciBackend::Terminated(const Uuid& id, uint64_t command) {
  Tracked* tracked = Find(id);
  if (tracked == nullptr || tracked->command != command) return;
  tracked->busy = false;
  if (tracked->status != SessionStatus::kDisconnecting) return;
  // With an association left, or without an answer, the next listing tells.
  List();
}

}  // namespace holdfast::vici
