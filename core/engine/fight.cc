#include "core/engine/fight.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kWindow = absl::Minutes(10);
constexpr size_t kSupersedes = 2;
constexpr size_t kForeignStops = 3;
constexpr size_t kForeignStarts = 2;

// A person's hands: what these stop is a person's stop, however often.
constexpr absl::string_view kPersonsTools[] = {"System Settings", "System Preferences", "SystemUIServer",
                                               "ControlCenter",   "Control Center",     "scutil",
                                               "networksetup",    "holdfastctl",        "holdfastd"};

size_t CountWithin(std::deque<MonoTime>& moments, MonoTime now) {
  moments.push_back(now);
  while (now - moments.front() > kWindow) moments.pop_front();
  return moments.size();
}

// Whoever took its place: the service that came up last, a full tunnel before others.
const Service* Rival(const Core& core, const Service& service) {
  const Service* rival = nullptr;
  const auto rank = [](const Service& s) {
    return std::pair(s.facts.full_tunnel.value_or(false), s.status_since);
  };
  for (const auto& [id, other] : core.services) {
    const bool plays = other.learned && !IsDown(other.delivered.status) &&
                       other.delivered.status != SessionStatus::kDisconnecting &&
                       other.facts.type != ServiceType::kTransparentProxy;
    if (&other == &service || !plays) continue;
    if (rival == nullptr || rank(*rival) < rank(other)) rival = &other;
  }
  return rival;
}

void Yield(Core& core, Turn& turn, Service& service, const std::string& summary,
           const std::string& evidence) {
  service.failures.hold = Hold::kYield;
  core.incidents.Open(turn, "toggle_fight", service.id_text, summary, evidence);
}

}  // namespace

bool IsPersonsTool(absl::string_view requester) {
  const absl::string_view process = requester.substr(0, requester.find('['));
  return std::find(std::begin(kPersonsTools), std::end(kPersonsTools), process) != std::end(kPersonsTools);
}

bool NoteSupersede(Core& core, Turn& turn, Service& service) {
  const size_t times = CountWithin(service.failures.supersedes, turn.mono());
  if (times < kSupersedes) return false;
  const Service* rival = Rival(core, service);
  const std::string who = rival == nullptr ? "another service of its grade" : NameOf(*rival);
  const std::string by = rival == nullptr ? "" : rival->delivered.requested_by;
  Yield(core, turn, service,
        absl::StrCat(who, by.empty() ? "" : absl::StrCat(", started by ", by, ","), " took the place of ",
                     NameOf(service), " ", times, " times in ten minutes; Holdfast yields"),
        absl::StrCat("supersedes=", times, "; service=", service.id_text,
                     rival == nullptr ? "" : absl::StrCat("; against=", rival->id_text),
                     "; requested_by=", by));
  return true;
}

bool NoteForeignStop(Core& core, Turn& turn, Service& service) {
  const std::string& by = service.delivered.requested_by;
  if (by.empty() || IsPersonsTool(by)) return false;
  const size_t times = CountWithin(service.failures.foreign_stops, turn.mono());
  if (times < kForeignStops || !service.required) return false;
  Yield(core, turn, service,
        absl::StrCat(by, " disconnected ", NameOf(service), " ", times,
                     " times in ten minutes, each time after Holdfast had connected it; Holdfast yields"),
        absl::StrCat("stops=", times, "; service=", service.id_text, "; requested_by=", by));
  return true;
}

void NoteForeignStart(Core& core, Turn& turn, Service& service) {
  if (!service.group_stop || turn.mono() - *service.group_stop > kWindow) return;
  service.group_stop.reset();
  const size_t times = CountWithin(service.failures.foreign_starts, turn.mono());
  if (times < kForeignStarts) return;
  const std::string& by = service.delivered.requested_by;
  core.incidents.Open(
      turn, "toggle_fight", service.id_text,
      absl::StrCat(by.empty() ? "Another process" : by, " connected ", NameOf(service), " ", times,
                   " times in ten minutes after Holdfast had disconnected it for its group; "
                   "Holdfast yields"),
      absl::StrCat("starts=", times, "; service=", service.id_text, "; requested_by=", by));
  service.yielded = true;
}

}  // namespace holdfast::engine
