#include "core/compliance/intervals.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/string_view.h"

namespace holdfast::compliance {
namespace {

struct Held {
  TimeClass time_class = TimeClass::kNotRequired;
  std::string cause;
  friend bool operator==(const Held&, const Held&) = default;
};

// What holds for one key while its points are read in order.
class KeyState {
 public:
  explicit KeyState(absl::string_view key) : key_(key) {}

  void Apply(const Point& point) {
    switch (point.kind) {
      case PointKind::kVerdict:
        if (point.key != key_) return;
        verdict_ = {point.time_class, point.cause};
        overlay_.reset();
        return;
      case PointKind::kStarted:
        overlay_ = Held{TimeClass::kUnknown, "starting"};
        return;
      case PointKind::kStopped:
        overlay_ = point.cause == "shutdown" ? Held{TimeClass::kAsleepOrOff, "shutdown"}
                                             : Held{TimeClass::kUnknown, "agent_stopped"};
        return;
      case PointKind::kDown:
      case PointKind::kGap:
      case PointKind::kAbsent:
        return;  // spans are laid over the result
    }
  }

  Held Now() const {
    if (verdict_.time_class == TimeClass::kNotRequired) return verdict_;
    return overlay_ ? *overlay_ : verdict_;
  }

 private:
  std::string key_;
  Held verdict_;
  std::optional<Held> overlay_;
};

// Appends [from, to), joined with the last interval when nothing differs.
void Append(std::vector<Interval>& out, ServerTime from, ServerTime to, const Held& held,
            int64_t uncertainty) {
  if (to <= from) return;
  if (!out.empty() && out.back().time_class == held.time_class && out.back().cause == held.cause) {
    out.back().to = to;
    return;
  }
  out.push_back({from, to, held.time_class, held.cause, uncertainty});
}

std::vector<Interval> Fold(const Timeline& timeline, const std::string& key, const Window& window) {
  std::vector<Interval> out;
  KeyState state(key);
  ServerTime since = window.from;
  int64_t uncertainty = 0;
  for (const Point& point : timeline.points) {
    const Held before = state.Now();
    state.Apply(point);
    if (state.Now() == before) continue;
    const ServerTime at = std::clamp(point.at, window.from, window.to);
    Append(out, since, at, before, uncertainty);
    since = at;
    uncertainty = point.at > window.from ? point.uncertainty_ns : 0;
  }
  Append(out, since, window.to, state.Now(), uncertainty);
  return out;
}

// Replaces what `replaces` accepts inside [from, to) by `held`.
template <class Predicate>
std::vector<Interval> Overlay(const std::vector<Interval>& intervals, ServerTime from, ServerTime to,
                              const Held& held, int64_t uncertainty, Predicate replaces) {
  std::vector<Interval> out;
  for (const Interval& i : intervals) {
    const Held own{i.time_class, i.cause};
    const ServerTime begin = std::clamp(from, i.from, i.to);
    const ServerTime end = std::clamp(to, begin, i.to);
    if (begin == end || !replaces(i)) {
      Append(out, i.from, i.to, own, i.uncertainty_ns);
      continue;
    }
    Append(out, i.from, begin, own, i.uncertainty_ns);
    Append(out, begin, end, held, uncertainty);
    Append(out, end, i.to, own, uncertainty);
  }
  return out;
}

bool Required(const Interval& i) {
  return i.time_class != TimeClass::kNotRequired;
}

// The moment from which a gap can hide something about the key.
std::optional<ServerTime> FirstVerdict(const Timeline& timeline, const std::string& key) {
  for (const Point& point : timeline.points) {
    if (point.kind == PointKind::kVerdict && point.key == key) return point.at;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Point> Monotonic(std::vector<Point> points) {
  std::vector<Point*> ordered;
  for (Point& point : points) {
    if (point.kind != PointKind::kGap && point.kind != PointKind::kAbsent) ordered.push_back(&point);
  }
  for (size_t i = ordered.size(); i-- > 1;) {
    Point& earlier = *ordered[i - 1];
    const Point& later = *ordered[i];
    if (earlier.at > later.at && earlier.uncertainty_ns > later.uncertainty_ns) earlier.at = later.at;
  }
  for (size_t i = 1; i < ordered.size(); ++i) ordered[i]->at = std::max(ordered[i]->at, ordered[i - 1]->at);
  return points;
}

std::vector<std::string> KeysOf(const Timeline& timeline) {
  std::set<std::string> keys;
  for (const Point& point : timeline.points) {
    if (point.kind == PointKind::kVerdict) keys.insert(point.key);
  }
  return {keys.begin(), keys.end()};
}

std::vector<Interval> IntervalsOf(const Timeline& timeline, const std::string& key, const Window& window) {
  if (window.to <= window.from) return {};
  std::vector<Interval> out = Fold(timeline, key, window);
  out = Overlay(out, timeline.last_contact, window.to, {TimeClass::kUnknown, "silent"}, 0,
                [](const Interval& i) { return Required(i) && i.time_class != TimeClass::kAsleepOrOff; });
  for (const Point& point : timeline.points) {
    if (point.kind != PointKind::kDown) continue;
    out = Overlay(out, point.from, point.at, {TimeClass::kUnknown, "agent_down"}, point.uncertainty_ns,
                  Required);
  }
  const std::optional<ServerTime> first = FirstVerdict(timeline, key);
  for (const Point& point : timeline.points) {
    if (point.kind != PointKind::kGap || !first) continue;
    // Missing history could have held a verdict that made it required: unknown, whatever was held.
    out = Overlay(out, std::max(point.from, *first), point.at, {TimeClass::kUnknown, "gap"},
                  point.uncertainty_ns, [](const Interval&) { return true; });
  }
  for (const Point& point : timeline.points) {
    if (point.kind == PointKind::kAbsent) out = Overlay(out, point.from, point.at, {}, 0, Required);
  }
  return out;
}

}  // namespace holdfast::compliance
