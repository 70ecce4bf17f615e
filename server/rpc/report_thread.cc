#include "server/rpc/report_thread.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::server {

void ReportThread::Make(ReportJob job, std::function<void(absl::StatusOr<MadeReport>)> done) {
  if (waiting_.fetch_add(1) >= kMostWaiting) {
    --waiting_;
    return done(absl::ResourceExhaustedError(
        absl::StrCat("making the report: ", kMostWaiting, " others wait to be made; try again later")));
  }
  thread_.Post([this, job = std::move(job), done = std::move(done)]() mutable {
    absl::StatusOr<MadeReport> made = MakeNow(std::move(job));
    --waiting_;
    done(std::move(made));
  });
}

absl::StatusOr<MadeReport> ReportThread::MakeNow(ReportJob job) const {
  HOLDFAST_ASSIGN_OR_RETURN(const auto store, open_());
  return MakeReport(*store, std::move(job));
}

}  // namespace holdfast::server
