#include "tests/agent/uplink/fake_server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::uplink {
namespace {

absl::Status Bad(const std::string& what) {
  return WithReason(absl::InvalidArgumentError(what), ErrorReason::kBadRequest);
}

}  // namespace

FakeServer::FakeServer(sim::VirtualTime& time)
    : policy_key(*crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)),
      time_(time),
      authority_(*crypto::Authority::Create("Test CA", time.Now().wall, random_)) {
  policy_keys = {*policy_key.RawPublic()};
}

wire::PolicyBundle FakeServer::Sign(uint64_t version, const std::string& document,
                                    const std::string& group) const {
  const std::string bytes = EncodePolicyBundle({version, group, document});
  return {bytes, *policy_key.Sign(bytes), crypto::KeyId(*policy_key.RawPublic())};
}

void FakeServer::In(absl::Duration delay, std::function<void()> work) {
  time_.PostAt(time_.Now().mono + delay, std::move(work));
}

void FakeServer::Enroll(const wire::EnrollRequest& request, absl::Duration deadline,
                        Callback<wire::EnrollResponse> done) {
  if (!reachable) return In(deadline, [done] { done(absl::UnavailableError("no route")); });
  enrolls.push_back(request);
  if (!enroll_refusals.empty()) {
    const absl::Status refusal = enroll_refusals.front();
    enroll_refusals.pop_front();
    return In(latency, [done, refusal] { done(refusal); });
  }
  wire::EnrollResponse response;
  response.device_id = device;
  response.certificate_chain_pem =
      *authority_.IssueClient(request.csr_pem, device, time_.Now().wall, certificate_lifetime, random_);
  response.ca_certificates_pem = {authority_.certificate_pem()};
  response.policy_keys = policy_keys;
  response.policy = policy;
  response.server_time = Now();
  known = true;
  revoked = false;
  In(latency, [done, response] { done(response); });
}

void FakeServer::Sync(const wire::SyncRequest& request, absl::Duration deadline,
                      Callback<wire::SyncResponse> done) {
  sync_times.push_back(time_.Now().mono);
  if (!reachable) return In(deadline, [done] { done(absl::UnavailableError("no route")); });
  const Fault fault = faults.empty() ? Fault{} : faults.front();
  if (!faults.empty()) faults.pop_front();
  syncs.push_back(request);
  if (!fault.refuse.ok()) return In(latency, [done, fault] { done(fault.refuse); });
  absl::StatusOr<wire::SyncResponse> answer = Process(request);
  if (fault.process_twice) answer = Process(request);
  if (fault.lose_answer) {
    return In(deadline, [done] { done(absl::DeadlineExceededError("no answer")); });
  }
  In(latency, [done, answer] { done(answer); });
  if (fault.answer_twice) In(latency * 2, [done, answer] { done(answer); });
}

absl::StatusOr<wire::SyncResponse> FakeServer::Process(const wire::SyncRequest& request) {
  if (revoked) return WithReason(absl::PermissionDeniedError("revoked by an admin"), ErrorReason::kRevoked);
  if (clock_skew) {
    return WithReason(absl::UnauthenticatedError("the certificate is not valid yet"),
                      ErrorReason::kClockSkew);
  }
  if (!known) {
    return WithReason(absl::UnauthenticatedError("unknown device"), ErrorReason::kReenrollRequired);
  }
  for (const wire::StateSection& section : request.sections) {
    if (section.name == poison_section) return Bad("cannot read this section");
  }
  HOLDFAST_RETURN_IF_ERROR(Store(request));
  wire::SyncResponse response;
  response.server_time = Now();
  response.epoch = request.head.epoch;
  response.acked_through = acked_;
  response.heartbeat = heartbeat;
  response.want_full_state = std::exchange(want_full_state, false);
  response.orders = orders;
  if (!code_key.empty() && request.override_key_id != "k1") {
    response.override_key = code_key;
    response.override_key_id = "k1";
  }
  response.policy_keys = policy_keys;
  response.ca_certificates_pem = {authority_.certificate_pem()};
  response.renew_certificate = renew;
  const bool same = policy && request.policy_id == Sha256(policy->signed_bytes);
  if (policy && (!same || request.policy_key_id != policy->key_id)) response.policy = policy;
  return response;
}

absl::Status FakeServer::Store(const wire::SyncRequest& request) {
  if (epoch_ != request.head.epoch) {
    epoch_ = request.head.epoch;
    acked_ = 0;
    head_ = journal::kGenesis;
    rows.clear();
  }
  for (const wire::Quarantined& q : request.quarantined) {
    if (acked_ + 1 >= q.first_seq && acked_ < q.last_seq && request.frame) {
      acked_ = q.last_seq;
      head_ = request.frame->previous_hash;
    }
  }
  return request.frame ? StoreFrame(request) : absl::OkStatus();
}

absl::Status FakeServer::StoreFrame(const wire::SyncRequest& request) {
  const wire::RowFrame& frame = *request.frame;
  if (frame.rows.size() > most_rows) {
    return WithReason(absl::ResourceExhaustedError("too many rows"), ErrorReason::kTooLarge);
  }
  for (const journal::Row& row : frame.rows) {
    if (poison.count(row.seq) != 0) return Bad(absl::StrCat("row ", row.seq, " cannot be read"));
  }
  Sha256Digest previous = frame.previous_hash;
  for (const journal::Row& row : frame.rows) {
    if (journal::HashOf(row, previous) != row.hash) return Bad("broken chain");
    previous = row.hash;
    if (row.seq <= acked_) {
      if (rows.count(row.seq) != 0 && rows[row.seq].hash != row.hash) {
        return WithReason(absl::DataLossError(absl::StrCat("row ", row.seq, " differs")),
                          ErrorReason::kChainFork);
      }
      continue;
    }
    if (row.seq != acked_ + 1) {
      return WithReason(absl::FailedPreconditionError(absl::StrCat("row ", acked_ + 1, " is missing")),
                        ErrorReason::kSequenceGap);
    }
    rows[row.seq] = row;
    ++epochs[row.epoch];
    acked_ = row.seq;
    head_ = row.hash;
  }
  return absl::OkStatus();
}

void FakeServer::ForgetRowsAbove(uint64_t seq) {
  for (auto it = rows.upper_bound(seq); it != rows.end(); it = rows.erase(it)) --epochs[it->second.epoch];
  acked_ = seq;
}

void FakeServer::Renew(const wire::RenewRequest& request, absl::Duration,
                       Callback<wire::RenewResponse> done) {
  ++renewals;
  renew = false;
  wire::RenewResponse response;
  response.certificate_chain_pem =
      *authority_.IssueClient(request.csr_pem, device, time_.Now().wall, certificate_lifetime, random_);
  response.ca_certificates_pem = {authority_.certificate_pem()};
  In(latency, [done, response] { done(response); });
}

void FakeServer::Watch(const Uuid&, std::function<void(wire::WatchNudge)> nudge,
                       std::function<void(absl::Status)> closed) {
  ++watches;
  nudge_ = std::move(nudge);
  closed_ = std::move(closed);
}

void FakeServer::Nudge(absl::Duration max_jitter) {
  if (nudge_) In(latency, [nudge = nudge_, max_jitter] { nudge({max_jitter}); });
}

void FakeServer::CutWatch(const absl::Status& why) {
  if (!closed_) return;
  In(latency, [closed = std::exchange(closed_, nullptr), why] { closed(why); });
}

}  // namespace holdfast::uplink
