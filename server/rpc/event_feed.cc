#include "server/rpc/event_feed.h"

#include <utility>
#include <vector>

namespace holdfast::server {

void EventFeed::Add(std::shared_ptr<EventSink> sink, Filter filter) {
  watchers_.emplace(std::move(sink), std::move(filter));
  core_.SetRowListener([this](const HistoryRow& row) { Deliver(row); });
}

void EventFeed::Remove(const std::shared_ptr<EventSink>& sink) {
  watchers_.erase(sink);
  if (watchers_.empty()) core_.SetRowListener(nullptr);
}

void EventFeed::CloseAll(const absl::Status& status) {
  const auto watchers = std::exchange(watchers_, {});
  core_.SetRowListener(nullptr);
  for (const auto& [sink, filter] : watchers) sink->Close(status);
}

void EventFeed::Deliver(const HistoryRow& row) {
  std::vector<std::shared_ptr<EventSink>> slow;
  for (const auto& [sink, filter] : watchers_) {
    if (filter.device && *filter.device != row.device) continue;
    if (!filter.kinds.empty() && filter.kinds.count(row.kind) == 0) continue;
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
