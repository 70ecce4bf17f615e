#include "server/rpc/event_feed.h"

#include <utility>
#include <vector>

namespace holdfast::server {

void EventFeed::Add(std::shared_ptr<EventSink> sink, Watcher watcher) {
  watchers_.emplace(std::move(sink), std::move(watcher));
  core_.SetRowListener([this](const HistoryRow& row) { Deliver(row); });
}

void EventFeed::Remove(const std::shared_ptr<EventSink>& sink) {
  watchers_.erase(sink);
  if (watchers_.empty()) core_.SetRowListener(nullptr);
}

void EventFeed::CloseEnded() {
  const auto watchers = watchers_;
  for (const auto& [sink, watcher] : watchers) {
    const absl::Status status = core_.StillGood(watcher.actor);
    if (!absl::IsUnauthenticated(status)) continue;
    sink->Close(status);
    Remove(sink);
  }
}

void EventFeed::CloseAll(const absl::Status& status) {
  const auto watchers = std::exchange(watchers_, {});
  core_.SetRowListener(nullptr);
  for (const auto& [sink, watcher] : watchers) sink->Close(status);
}

void EventFeed::Deliver(const HistoryRow& row) {
  std::vector<std::shared_ptr<EventSink>> slow;
  for (const auto& [sink, watcher] : watchers_) {
    if (!MaySee(watcher.actor, row.group)) continue;
    if (watcher.device && *watcher.device != row.device) continue;
    if (!watcher.kinds.empty() && watcher.kinds.count(row.kind) == 0) continue;
    if (!sink->Deliver(row)) slow.push_back(sink);
  }
  for (const auto& sink : slow) {
    sink->Close(absl::ResourceExhaustedError(
        "the watcher reads more slowly than rows arrive: narrow the filter, or read the history instead"));
    // Not Remove: the listener that runs right now must not be replaced under its own feet.
    watchers_.erase(sink);
  }
}

}  // namespace holdfast::server
