#include "server/service/refused_enrollments.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/audit/audit.h"

namespace holdfast::server {
namespace {

// Each connection has a port of its own.
std::string HostOf(const std::string& source) {
  return source.substr(0, source.rfind(':'));
}

}  // namespace

absl::Status RefusedEnrollments::Write(const RefusedEnrollment& refused, const std::string& count) {
  const std::string actor =
      refused.token_id.empty() ? "unknown token" : absl::StrCat("token:", refused.token_id);
  return RecordAudit(context_.store, context_.Now(), {actor, refused.source},
                     {.action = "EnrollRefused",
                      .target = refused.target,
                      .before = "",
                      .after = absl::StrCat(refused.reason, refused.why.empty() ? "" : ": ", refused.why,
                                            "; serial=", refused.serial, count),
                      .group = refused.group});
}

absl::Status RefusedEnrollments::Note(const RefusedEnrollment& refused) {
  Kind kind{HostOf(refused.source), refused.token_id, refused.reason};
  auto known = kinds_.find(kind);
  if (known == kinds_.end() && kinds_.size() < kKinds) {
    kinds_.emplace(std::move(kind), Counted{context_.Now(), 0, refused});
    return Write(refused, "");
  }
  if (known == kinds_.end()) {
    const RefusedEnrollment others{.source = "several addresses",
                                   .token_id = "",
                                   .group = "",
                                   .reason = "various reasons",
                                   .why = "",
                                   .target = "enrollment",
                                   .serial = "various"};
    known = kinds_.try_emplace(Kind{}, Counted{context_.Now(), 0, others}).first;
  } else {
    known->second.last = refused;
  }
  ++known->second.more;
  return absl::OkStatus();
}

absl::Status RefusedEnrollments::WriteCounts() {
  const ServerTime now = context_.Now();
  std::map<Kind, Counted> kept;
  std::vector<Counted> due;
  for (const auto& [kind, counted] : kinds_) {
    if (now - counted.since < kOneEntryEvery) {
      kept.emplace(kind, counted);
    } else if (counted.more > 0) {
      due.push_back(counted);
      kept.emplace(kind, Counted{now, 0, counted.last});  // one that goes on has its next entry in a minute
    }
  }
  if (!due.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
    for (const Counted& c : due) {
      HOLDFAST_RETURN_IF_ERROR(Write(c.last, absl::StrCat("; ", c.more, " more since ", FormatUtc(c.since))));
    }
    HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  }
  kinds_ = std::move(kept);
  return absl::OkStatus();
}

}  // namespace holdfast::server
