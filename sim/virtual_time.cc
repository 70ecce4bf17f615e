#include "sim/virtual_time.h"

#include <algorithm>

namespace holdfast::sim {
namespace {

constexpr int64_t kMondayMorning = 1'793'602'800'000'000'000;  // 2026-11-02T07:00:00Z

BootId NumberedBoot(uint64_t number) {
  BootId boot;
  for (size_t i = 0; i < sizeof number; ++i) {
    boot.bytes[boot.bytes.size() - 1 - i] = static_cast<uint8_t>(number >> (8 * i));
  }
  return boot;
}

}  // namespace

VirtualTime::VirtualTime() : VirtualTime(WallTime{kMondayMorning}) {}

VirtualTime::VirtualTime(WallTime start) : start_(start) {}

Stamp VirtualTime::Now() const {
  return {NumberedBoot(boots_), MonoTime{now_ - booted_}, start_ + absl::Nanoseconds(now_) + wall_offset_};
}

void VirtualTime::Post(std::function<void()> work) {
  PostAt(Now().mono, std::move(work));
}

TimerId VirtualTime::PostAt(MonoTime due, std::function<void()> work) {
  // What is overdue runs next, after what is already waiting for this moment.
  const WorldNs at = std::max(due.ns + booted_, now_);
  const TimerId id = ++last_id_;
  queue_.emplace(std::pair{at, id}, std::move(work));
  due_.emplace(id, at);
  return id;
}

void VirtualTime::Cancel(TimerId id) {
  auto it = due_.find(id);
  if (it == due_.end()) return;
  auto work = queue_.extract({it->second, id});  // destroyed last: it may own anything
  due_.erase(it);
}

bool VirtualTime::RunOne() {
  if (queue_.empty()) return false;
  auto first = queue_.extract(queue_.begin());
  due_.erase(first.key().second);
  now_ = first.key().first;
  first.mapped()();
  return true;
}

size_t VirtualTime::RunUntil(MonoTime until) {
  return RunThrough(until.ns + booted_);
}

size_t VirtualTime::RunFor(absl::Duration duration) {
  return RunThrough(now_ + absl::ToInt64Nanoseconds(duration));
}

size_t VirtualTime::RunThrough(WorldNs until) {
  size_t count = 0;
  while (!queue_.empty() && queue_.begin()->first.first <= until) {
    RunOne();
    ++count;
  }
  now_ = std::max(now_, until);
  return count;
}

void VirtualTime::Reboot() {
  ++boots_;
  booted_ = now_;
}

}  // namespace holdfast::sim
