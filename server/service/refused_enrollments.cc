#include "server/service/refused_enrollments.h"

#include <utility>

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
  const Kind kind{HostOf(refused.source), refused.token_id, refused.reason};
  if (const auto known = kinds_.find(kind); known != kinds_.end()) {
    ++known->second.more;
    known->second.last = refused;
    return absl::OkStatus();
  }
  if (kinds_.size() >= kKinds) {
    if (!others_) others_ = Counted{context_.Now(), 0, {}};
    ++others_->more;
    return absl::OkStatus();
  }
  kinds_.emplace(kind, Counted{context_.Now(), 0, refused});
  return Write(refused, "");
}

absl::Status RefusedEnrollments::WriteDue(const Counted& counted) {
  if (counted.more == 0) return absl::OkStatus();
  return Write(counted.last, absl::StrCat("; ", counted.more, " more since ", FormatUtc(counted.since)));
}

absl::Status RefusedEnrollments::WriteCounts() {
  const ServerTime now = context_.Now();
  const auto due = [now](const Counted& counted) { return now - counted.since >= kOneEntryEvery; };
  std::map<Kind, Counted> kept;
  bool any = false;
  for (const auto& [kind, counted] : kinds_) {
    any |= due(counted);
    // One that goes on has its next entry in a minute.
    if (!due(counted)) kept.emplace(kind, counted);
    if (due(counted) && counted.more > 0) kept.emplace(kind, Counted{now, 0, counted.last});
  }
  const bool others = others_ && due(*others_);
  if (!any && !others) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  for (const auto& [kind, counted] : kinds_) {
    if (due(counted)) HOLDFAST_RETURN_IF_ERROR(WriteDue(counted));
  }
  if (others) {
    others_->last = {.source = "several addresses",
                     .token_id = "",
                     .group = "",
                     .reason = "various reasons",
                     .why = "",
                     .target = "enrollment",
                     .serial = "various"};
    HOLDFAST_RETURN_IF_ERROR(WriteDue(*others_));
  }
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  kinds_ = std::move(kept);
  if (others) others_.reset();
  return absl::OkStatus();
}

}  // namespace holdfast::server
