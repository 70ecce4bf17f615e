// What charon tells, and what becomes of a service's status through it.
#include <algorithm>
#include <utility>

#include "agent/session/vici/backend.h"

namespace holdfast::vici {
namespace {

constexpr int kStopCommand = 1;
constexpr int kNotReasserted = 13;
constexpr size_t kDeadIkesKept = 64;
constexpr absl::Duration kCauseWindow = absl::Seconds(2);
// charon sends ike-updown, child-updown and the line that says why within about 2 ms, in any order.
constexpr absl::Duration kChildFollowsIke = absl::Milliseconds(50);
constexpr absl::Duration kCauseFollows = absl::Milliseconds(50);
constexpr absl::Duration kListSoon = absl::Milliseconds(200);

}  // namespace

// --- events

void ViciBackend::Event(const std::string& name, const Section& message) {
  const bool up = message.Value("up") == "yes";
  if (name == "log") {
    log_.Add(clock_.Now().mono, message);
    const PathNews news = PathNewsOf(message);
    if (news != PathNews::kNone) {
      Path(std::string(message.Value("ikesa-name")), news, LinesOf({message}).front());
    }
    for (auto& [id, tracked] : services_) {
      if (tracked.down_pending && CauseOfDown(tracked)) ReportDown(tracked);
    }
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
        if (tracked.down_pending) ReportDown(tracked);
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
  if (before == 0 || !tracked.associations.empty()) return;
  tracked.ended_ike = ike_id;
  ReportDownSoon(tracked);
}

// --- the path under an IKE_SA

void ViciBackend::Path(const std::string& connection, PathNews news, const std::string& line) {
  if (news == PathNews::kGivenUp) return Abandon(connection, line);
  for (auto& [id, tracked] : services_) {
    if (tracked.service.connection != connection || tracked.associations.empty()) continue;
    if (news != PathNews::kFound) {
      PathLost(tracked, news, line);
    } else if (std::exchange(tracked.path_lost, false)) {
      tracked.probing = 0;
      if (tracked.status == SessionStatus::kReasserting) Report(tracked, SessionStatus::kConnected);
    }
  }
}

void ViciBackend::PathLost(Tracked& tracked, PathNews news, const std::string& line) {
  tracked.path_lost = true;
  if (tracked.status == SessionStatus::kConnected) {
    Report(tracked, SessionStatus::kReasserting, Cause{kNotReasserted, line});
  }
  // Without a route there is nothing to wait for but the network.
  if (news != PathNews::kProbing || tracked.probing != 0) return;
  tracked.probing = ++last_probing_;
  After(options_.reassert_timeout, [this, id = tracked.service.facts.id, probing = tracked.probing, line] {
    const Tracked* still = Find(id);
    if (still != nullptr && still->probing == probing) Abandon(still->service.connection, line);
  });
}

// The gateway cannot be told, so charon is not to wait for its answer.
void ViciBackend::Abandon(const std::string& connection, const std::string& line) {
  for (auto& [id, tracked] : services_) {
    if (tracked.service.connection != connection || tracked.associations.empty()) continue;
    tracked.probing = 0;
    tracked.given_up = Cause{kNotReasserted, line};
  }
  Command command{"terminate", {}, "", options_.answer_within};
  command.arguments.values = {{"ike", connection}, {"force", "yes"}, {"loglevel", "-1"}};
  Run(std::move(command), [this](const Answer&) { List(); });
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
  for (auto& [id, tracked] : services_) {
    if (!tracked.associations.empty()) tracked.ended_ike = tracked.associations.begin()->first;
    tracked.associations.clear();
  }
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
  if (up && tracked.path_lost) {
    return;  // what is listed is known; that it works is not
  }
  if (up) {
    const bool stopping = tracked.status == SessionStatus::kDisconnecting && tracked.busy;
    if (tracked.status != SessionStatus::kConnected && !stopping) Report(tracked, SessionStatus::kConnected);
  } else if (tracked.status == SessionStatus::kInvalid) {
    Report(tracked, SessionStatus::kDisconnected);
  } else if (tracked.status != SessionStatus::kDisconnected && !tracked.busy) {
    ReportDown(tracked);
  }
}

// --- telling

std::optional<Cause> ViciBackend::CauseOfDown(const Tracked& tracked) const {
  if (tracked.status == SessionStatus::kDisconnecting) return Cause{kStopCommand, ""};
  if (tracked.given_up) return tracked.given_up;
  return log_.CauseFor(tracked.ended_ike, clock_.Now().mono, kCauseWindow);
}

void ViciBackend::ReportDownSoon(Tracked& tracked) {
  if (CauseOfDown(tracked)) return ReportDown(tracked);
  tracked.down_pending = true;
  After(kCauseFollows, [this, id = tracked.service.facts.id] {
    Tracked* still = Find(id);
    if (still != nullptr && still->down_pending) ReportDown(*still);
  });
}

void ViciBackend::ReportDown(Tracked& tracked) {
  const std::optional<Cause> cause = CauseOfDown(tracked);
  tracked.given_up.reset();
  tracked.path_lost = false;
  tracked.down_pending = false;
  tracked.probing = 0;
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
