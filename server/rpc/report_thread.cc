#include "server/rpc/report_thread.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::server {

void ReportThread::Make(ReportJob job, std::function<void(absl::StatusOr<MadeReport>)> done) {
  Read([job = std::move(job), done = std::move(done)](absl::StatusOr<fleet::FleetStore*> store) mutable {
    done(store.ok() ? MakeReport(**store, std::move(job)) : store.status());
  });
}

void ReportThread::Read(std::function<void(absl::StatusOr<fleet::FleetStore*>)> read) {
  if (waiting_.fetch_add(1) >= kMostWaiting) {
    --waiting_;
    return read(absl::ResourceExhaustedError(
        absl::StrCat("reading much of the store: ", kMostWaiting, " others wait for it; try again later")));
  }
  thread_.Post([this, read = std::move(read)] {
    const absl::StatusOr<std::unique_ptr<fleet::FleetStore>> store = open_();
    read(store.ok() ? absl::StatusOr<fleet::FleetStore*>(store->get()) : store.status());
    --waiting_;
  });
}

}  // namespace holdfast::server
