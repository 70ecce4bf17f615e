#include "agent/session/vici/backend.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text/width.h"

namespace holdfast::vici {
namespace {

constexpr int kStopCommand = 1;
constexpr int kPluginFailed = 7;
constexpr int kNotInTime = 12;
constexpr size_t kDeadIkesKept = 64;
constexpr absl::Duration kCauseWindow = absl::Seconds(2);
// charon sends ike-updown, then the line that says why, then child-updown: within about 2 ms.
constexpr absl::Duration kChildFollowsIke = absl::Milliseconds(50);
constexpr absl::Duration kListSoon = absl::Milliseconds(200);

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

// --- events

void ViciBackend::Event(const std::string& name, const Section& message) {
  const bool up = message.Value("up") == "yes";
  if (name == "log") {
    log_.Add(clock_.Now().mono, message);
  } else if (name == "child-updown") {
    ++updowns_;
    ChildUpdown(up, message);
  } else if (name == "ike-updown") {
    ++updowns_;
    if (up) return;
    const std::vector<std::string> ids = IkeIdsOf(message);
    dead_ikes_.insert(dead_ikes_.end(), ids.begin(), ids.end());
    while (dead_ikes_.size() > kDeadIkesKept) dead_ikes_.pop_front();
    After(kChildFollowsIke, [this, ids] { IkeDown(ids); });
  } else {
    List();  // rekeyed: associations have new ids
  }
}

void ViciBackend::ChildUpdown(bool up, const Section& message) {
  for (const SecurityAssociation& sa : AssociationsOf(message)) {
    for (auto& [id, tracked] : services_) {
      if (tracked.service.connection != sa.connection || tracked.service.child != sa.child) continue;
      if (up) {
        tracked.associations.emplace(sa.ike_id, sa.child_id);
        Settle(tracked);
      } else {
        Forget(tracked, sa.ike_id, &sa.child_id);
      }
    }
  }
}

void ViciBackend::IkeDown(const std::vector<std::string>& ike_ids) {
  for (auto& [id, tracked] : services_) {
    for (const std::string& ike_id : ike_ids) Forget(tracked, ike_id, nullptr);
  }
}

// Takes away one association of an IKE_SA, or all of them; the last one's end is the session's.
void ViciBackend::Forget(Tracked& tracked, const std::string& ike_id, const std::string* child_id) {
  const size_t before = tracked.associations.size();
  std::erase_if(tracked.associations, [&](const auto& sa) {
    return sa.first == ike_id && (child_id == nullptr || sa.second == *child_id);
  });
  if (before > 0 && tracked.associations.empty()) ReportDown(tracked);
}

// --- listing

void ViciBackend::List() {
  if (listing_) {
    list_again_ = true;
    return;
  }
  listing_ = true;
  list_again_ = false;
  const uint64_t updowns = updowns_;
  Run({"list-conns", {}, "list-conn", options_.answer_within}, [this, updowns](const Answer& connections) {
    if (!connections.ok()) return ListFailed(connections.status());
    Run({"list-sas", {}, "list-sa", options_.answer_within},
        [this, updowns, services = ServicesOf(connections->streamed)](const Answer& associations) {
          if (!associations.ok()) return ListFailed(associations.status());
          Listed(updowns, services, associations->streamed);
        });
  });
}

void ViciBackend::Listed(uint64_t updowns, std::vector<ViciService> services,
                         const std::vector<Section>& associations) {
  listing_ = false;
  if (StillLoading(services)) return list_timer_.Set(clock_.Now().mono + kListSoon, [this] { List(); });
  if (updowns != updowns_ || list_again_) return List();  // an event crossed it: the listing may be older
  Install(std::move(services));
  TakeAssociations(associations);
  list_timer_.Set(clock_.Now().mono + options_.list_every, [this] { List(); });
}

bool ViciBackend::StillLoading(const std::vector<ViciService>& services) const {
  return services.empty() && clock_.Now().mono - opened_at_ < options_.reload_grace;
}

// The feed's connection stands, and charon answers nothing on another one.
void ViciBackend::ListFailed(const absl::Status& status) {
  listing_ = false;
  for (auto& [id, tracked] : services_) {
    if (tracked.status != SessionStatus::kConnected) continue;
    Report(tracked, SessionStatus::kReasserting, Cause{0, std::string(status.message())});
  }
  list_timer_.Set(clock_.Now().mono + options_.list_every, [this] { List(); });
}

void ViciBackend::Install(std::vector<ViciService> services) {
  std::map<Uuid, Tracked> next;
  InstalledFacts installed;
  bool changed = !std::exchange(installed_told_, true) || services.size() != services_.size();
  for (ViciService& service : services) {
    installed.services.push_back(service.facts);
    auto known = services_.extract(service.facts.id);
    changed = changed || known.empty() || known.mapped().service != service;
    Tracked tracked = known.empty() ? Tracked() : std::move(known.mapped());
    tracked.service = std::move(service);
    const Uuid id = tracked.service.facts.id;
    next.emplace(id, std::move(tracked));
  }
  for (auto& [id, gone] : services_) {
    if (gone.status != SessionStatus::kInvalid) Report(gone, SessionStatus::kInvalid);
  }
  services_ = std::move(next);
  if (!changed) return;
  executor_.Post(lifetime_.Guard([this, installed] { listener_->OnInstalled(installed); }));
}

void ViciBackend::TakeAssociations(const std::vector<Section>& events) {
  const bool tell_all = std::exchange(tell_all_, false);
  for (auto& [id, tracked] : services_) tracked.associations.clear();
  for (const Section& event : events) {
    for (const SecurityAssociation& sa : AssociationsOf(event)) {
      const bool dead = std::find(dead_ikes_.begin(), dead_ikes_.end(), sa.ike_id) != dead_ikes_.end();
      if (dead || !sa.carries_traffic) continue;
      for (auto& [id, tracked] : services_) {
        const bool its = tracked.service.connection == sa.connection && tracked.service.child == sa.child;
        if (its) tracked.associations.emplace(sa.ike_id, sa.child_id);
      }
    }
  }
  for (auto& [id, tracked] : services_) {
    const uint64_t generation = tracked.generation;
    Settle(tracked);
    if (tell_all && generation == tracked.generation) Report(tracked, tracked.status);
  }
}

// Brings the status in line with the associations held, unless a command's answer is still to come.
void ViciBackend::Settle(Tracked& tracked) {
  const bool up = !tracked.associations.empty();
  if (up) {
    const bool stopping = tracked.status == SessionStatus::kDisconnecting && tracked.busy;
    if (tracked.status != SessionStatus::kConnected && !stopping) Report(tracked, SessionStatus::kConnected);
  } else if (tracked.status == SessionStatus::kInvalid) {
    Report(tracked, SessionStatus::kDisconnected);
  } else if (tracked.status != SessionStatus::kDisconnected && !tracked.busy) {
    ReportDown(tracked);
  }
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

void ViciBackend::Terminated(const Uuid& id, uint64_t command) {
  Tracked* tracked = Find(id);
  if (tracked == nullptr || tracked->command != command) return;
  tracked->busy = false;
  if (tracked->status != SessionStatus::kDisconnecting) return;
  // With an association left, or without an answer, the next listing tells.
  List();
}

// --- telling

void ViciBackend::ReportDown(Tracked& tracked) {
  std::optional<Cause> cause = log_.CauseFor(tracked.service.connection, clock_.Now().mono, kCauseWindow);
  if (tracked.status == SessionStatus::kDisconnecting) cause = Cause{kStopCommand, ""};
  Report(tracked, SessionStatus::kDisconnected, cause ? *cause : Cause{0, "charon did not say why"});
}

void ViciBackend::Report(Tracked& tracked, SessionStatus status, const std::optional<Cause>& cause) {
  tracked.status = status;
  SessionEvent event;
  event.service = tracked.service.facts.id;
  event.generation = ++tracked.generation;
  event.status = status;
  if (cause) {
    event.detail = cause->line;
    if (status == SessionStatus::kDisconnected) {
      if (cause->stop_reason != 0) event.stop_reason = cause->stop_reason;
      event.cause = cause->stop_reason != 0 ? CauseOfStopReason(cause->stop_reason) : FailureCause::kUnknown;
    }
  }
  executor_.Post(lifetime_.Guard([this, event = std::move(event)] { listener_->OnSession(event); }));
}

ViciBackend::Tracked* ViciBackend::Find(const Uuid& id) {
  const auto it = services_.find(id);
  return it == services_.end() ? nullptr : &it->second;
}

}  // namespace holdfast::vici
