#include "server/service/ingest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/derivation.h"
#include "server/service/frame_check.h"
#include "server/service/refusal.h"
#include "storage/journal/row.h"

namespace holdfast::server {
namespace {

// The device itself has said that the server would not take these.
bool CoveredByQuarantine(const wire::SyncRequest& request, uint64_t first, uint64_t last) {
  for (const wire::Quarantined& q : request.quarantined) {
    if (q.first_seq <= first && first <= q.last_seq) first = q.last_seq + 1;
  }
  return first > last;
}

absl::Status GapRefusal(uint64_t stored, uint64_t first) {
  return Refuse(absl::StatusCode::kFailedPrecondition, ErrorReason::kSequenceGap,
                absl::StrCat("taking rows: they begin at ", first, " and row ", stored,
                             " is the last one stored; send from ", stored + 1));
}

}  // namespace

fleet::ChainRecord* FindChain(LiveDevice& device, Epoch epoch) {
  for (fleet::ChainRecord& chain : device.chains) {
    if (chain.epoch == epoch) return &chain;
  }
  return nullptr;
}

absl::Status Ingest::Take(LiveDevice& device, wire::SyncRequest& request, const Arrival& arrival,
                          std::vector<fleet::StoredRow>* stored) {
  const wire::RowFrame& frame = *request.frame;
  HOLDFAST_RETURN_IF_ERROR(CheckFrameForm(frame, request.head.epoch, context_.options.limits));
  if (absl::Status hashes = CheckFrameHashes(frame); !hashes.ok()) {
    HOLDFAST_RETURN_IF_ERROR(RaiseIncident(context_, device,
                                           {.name = "chain_break",
                                            .severity = "error",
                                            .key = EpochToString(request.head.epoch),
                                            .summary = "Rows arrived that do not match their hashes",
                                            .evidence = std::string(hashes.message())}));
    return hashes;
  }
  const fleet::ChainRecord* known = FindChain(device, request.head.epoch);
  fleet::ChainRecord chain =
      known != nullptr ? *known
                       : fleet::ChainRecord{.device = device.record.key, .epoch = request.head.epoch};
  bool hole = false;
  HOLDFAST_RETURN_IF_ERROR(CheckAgainstStored(device, request, chain, &hole));
  if (frame.rows.back().seq <= chain.seq) return absl::OkStatus();  // nothing new
  return Store(device, request, arrival, chain, hole, stored);
}

absl::Status Ingest::CheckAgainstStored(LiveDevice& device, const wire::SyncRequest& request,
                                        const fleet::ChainRecord& chain, bool* hole) {
  const wire::RowFrame& frame = *request.frame;
  const uint64_t first = frame.rows.front().seq;
  if (first > chain.seq + 1) {
    const std::pair<Epoch, uint64_t> here{chain.epoch, chain.seq};
    *hole = device.told == here || CoveredByQuarantine(request, chain.seq + 1, first - 1);
    if (*hole) return absl::OkStatus();
    device.gap = here;
    return GapRefusal(chain.seq, first);
  }
  if (first == chain.seq + 1) {
    if (frame.previous_hash == chain.hash) return absl::OkStatus();
    return Fork(device, absl::StrCat("row ", first, " does not continue the stored row ", chain.seq));
  }
  // Hashes are chained: when the last row that both have is the same, so is everything before it.
  const uint64_t common = std::min(frame.rows.back().seq, chain.seq);
  Sha256Digest have = chain.hash;
  if (common != chain.seq) {
    HOLDFAST_ASSIGN_OR_RETURN(const auto row, context_.store.FindRow(chain.device, chain.ordinal, common));
    if (!row) return absl::OkStatus();  // of a hole that was accepted: too late
    have = row->row.hash;
  }
  if (frame.rows[common - first].hash == have) return absl::OkStatus();
  return Fork(device, absl::StrCat("row ", common, " differs from the one stored under that number"));
}

absl::Status Ingest::Fork(LiveDevice& device, const std::string& what) {
  return RefuseFork(context_, device, what, absl::StrCat("taking rows: ", what, "; begin a new epoch"));
}

absl::Status Ingest::NoteHole(LiveDevice& device, const fleet::ChainRecord& chain, uint64_t first) {
  return RaiseIncident(context_, device,
                       {.name = "journal_gap",
                        .severity = "warning",
                        .key = absl::StrCat(EpochToString(chain.epoch), "/", chain.seq + 1, "-", first - 1),
                        .summary = absl::StrCat("Rows ", chain.seq + 1, " to ", first - 1,
                                                " never arrived and are not sent again"),
                        .evidence = absl::StrCat("epoch=", EpochToString(chain.epoch))});
}

absl::Status Ingest::Store(LiveDevice& device, wire::SyncRequest& request, const Arrival& arrival,
                           fleet::ChainRecord& chain, bool hole, std::vector<fleet::StoredRow>* stored) {
  wire::RowFrame& frame = *request.frame;
  if (chain.ordinal == 0) {
    HOLDFAST_RETURN_IF_ERROR(context_.store.AddChain(chain));
    device.chains.push_back(chain);
  }
  TimeEstimator estimator(arrival.received, request.sent, arrival.anchor, [&](const BootId& boot) {
    return context_.store.FindAnchor(device.record.key, boot);
  });
  const uint64_t after = chain.seq;
  const ServerTime last_at = chain.last_at;
  std::vector<fleet::StoredRow> rows;
  rows.reserve(frame.rows.size());
  for (journal::Row& row : frame.rows) {
    if (row.seq <= after) continue;
    HOLDFAST_ASSIGN_OR_RETURN(const Estimate estimate, estimator.For(row.at, chain.last_at));
    rows.push_back({.device = chain.device,
                    .chain = chain.ordinal,
                    .row = std::move(row),
                    .at = estimate.at,
                    .uncertainty_ns = estimate.uncertainty_ns,
                    .received = arrival.received});
    chain.last_at = estimate.at;
  }
  HOLDFAST_RETURN_IF_ERROR(context_.store.AddRows(rows));
  Derivation derivation(context_, device, chain, estimator, device.complete_at);
  if (hole) {
    const uint64_t first = rows.front().row.seq;
    HOLDFAST_RETURN_IF_ERROR(NoteHole(device, chain, first));
    const ServerTime from = after > 0 ? last_at : device.record.enrolled;
    HOLDFAST_RETURN_IF_ERROR(derivation.AddGap(first, from, {rows.front().at, rows.front().uncertainty_ns}));
    device.gap.reset();
    device.told.reset();
  }
  for (const fleet::StoredRow& row : rows) HOLDFAST_RETURN_IF_ERROR(derivation.Apply(row));
  HOLDFAST_RETURN_IF_ERROR(derivation.Finish());
  chain.seq = rows.back().row.seq;
  chain.hash = rows.back().row.hash;
  HOLDFAST_RETURN_IF_ERROR(context_.store.UpdateChain(chain));
  *FindChain(device, chain.epoch) = chain;
  std::move(rows.begin(), rows.end(), std::back_inserter(*stored));
  return absl::OkStatus();
}

}  // namespace holdfast::server
