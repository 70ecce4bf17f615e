#include "sim/virtual_time.h"

#include <algorithm>
#include <utility>

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

VirtualTime::VirtualTime(WallTime start) : start_(start), boot_(NumberedBoot(1)), lanes_(1) {}

Stamp VirtualTime::Now() const {
  return {boot_, MonoTime{now_ - booted_}, start_ + absl::Nanoseconds(now_) + wall_offset_};
}

void VirtualTime::Post(std::function<void()> work) {
  PostAt(Now().mono, std::move(work));
}

TimerId VirtualTime::PostAt(MonoTime due, std::function<void()> work) {
  return PostAt(due, std::move(work), 0);
}

TimerId VirtualTime::PostAt(MonoTime due, std::function<void()> work, Lane lane) {
  uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  Slot& taken = slots_[slot];
  taken.work = std::move(work);
  taken.lane = lane;
  taken.cancelled = false;
  ++pending_;
  // What is overdue runs next, after what is already waiting for this moment.
  Push({std::max(due.ns + booted_, now_), ++posted_, slot});
  return static_cast<TimerId>(taken.generation) << 32 | slot;
}

void VirtualTime::Cancel(TimerId id) {
  const auto slot = static_cast<uint32_t>(id);
  if (slot >= slots_.size() || slots_[slot].generation != id >> 32 || slots_[slot].cancelled) return;
  // Its entry goes when its time comes. The work is destroyed last: it may own anything.
  slots_[slot].cancelled = true;
  --pending_;
  const auto work = std::exchange(slots_[slot].work, nullptr);
}

VirtualTime::Lane VirtualTime::NewLane() {
  lanes_.emplace_back();
  return static_cast<Lane>(lanes_.size() - 1);
}

void VirtualTime::ResumeLane(Lane lane) {
  lanes_[lane].stopped = false;
  for (Entry& entry : std::exchange(lanes_[lane].parked, {})) {
    entry.at = std::max(entry.at, now_);
    Push(entry);
  }
}

void VirtualTime::Push(const Entry& entry) {
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

VirtualTime::Entry VirtualTime::Pop() {
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

void VirtualTime::Free(uint32_t slot) {
  ++slots_[slot].generation;
  free_.push_back(slot);
}

bool VirtualTime::FindFirst() {
  while (!heap_.empty()) {
    const Slot& slot = slots_[heap_.front().slot];
    if (slot.cancelled) {
      Free(Pop().slot);
    } else if (LaneState& lane = lanes_[slot.lane]; lane.stopped) {
      const Entry entry = Pop();
      // Numbered anew: what falls due first goes on first, whenever it was posted.
      lane.parked.push_back({entry.at, ++posted_, entry.slot});
    } else {
      return true;
    }
  }
  return false;
}

bool VirtualTime::RunOne() {
  if (!FindFirst()) return false;
  const Entry first = Pop();
  now_ = std::max(now_, first.at);
  const auto work = std::exchange(slots_[first.slot].work, nullptr);
  Free(first.slot);
  --pending_;
  work();
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
  while (FindFirst() && heap_.front().at <= until) {
    RunOne();
    ++count;
  }
  now_ = std::max(now_, until);
  return count;
}

void VirtualTime::Reboot() {
  boot_ = NumberedBoot(++boots_);
  booted_ = now_;
}

}  // namespace holdfast::sim
