// From points to intervals: what each second of each required service was. Pure.
//
// A verdict's class holds until the next verdict of its key. A stop for shutdown makes every required key
// asleep_or_off until the agent starts; any other stop makes it unknown (agent_stopped). From a start to the
// key's next verdict it is unknown (starting). A span without an agent is unknown (agent_down), a span
// without history is unknown (gap). After the last contact nothing is known any more (silent), except that
// what was asleep or off stays so. Before the first verdict of a key, it was not required; nor while the
// device was out of service, whatever it wrote then.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "core/compliance/point.h"

namespace holdfast::compliance {

// [from, to)
struct Window {
  ServerTime from, to;
};

struct Interval {
  ServerTime from, to;
  TimeClass time_class = TimeClass::kNotRequired;
  std::string cause;
  // Of the point at `from`; 0 where the interval begins with the window or the last contact.
  int64_t uncertainty_ns = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// In the order in which the device wrote them. Points before the window say what held when it began.
struct Timeline {
  std::vector<Point> points;
  ServerTime last_contact;
};

// The same points with times that never go back. Where two disagree, the one with the larger uncertainty
// gives way.
std::vector<Point> Monotonic(std::vector<Point> points);

// Keys of the timeline's verdicts, sorted.
std::vector<std::string> KeysOf(const Timeline& timeline);

// The window cut into intervals of one class and cause: the first begins where it begins, each where the one
// before ends, the last ends where it ends. Nothing for an empty window. `timeline.points` must be Monotonic.
std::vector<Interval> IntervalsOf(const Timeline& timeline, const std::string& key, const Window& window);

}  // namespace holdfast::compliance
