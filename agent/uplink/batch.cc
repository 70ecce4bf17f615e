#include "agent/uplink/batch.h"

#include <algorithm>

#include "base/canonical.h"
#include "base/error.h"

namespace holdfast::uplink {
namespace {

constexpr char kQuarantineKey[] = "uplink.quarantine";
constexpr uint32_t kMostQuarantined = 64;  // told to the server; the rows themselves stay in the journal

const wire::Quarantined* Covering(const std::vector<wire::Quarantined>& quarantined, uint64_t seq) {
  for (const wire::Quarantined& q : quarantined) {
    if (q.first_seq <= seq && seq <= q.last_seq) return &q;
  }
  return nullptr;
}

// A frame's rows are consecutive: it ends where a quarantined row begins.
void CutAtQuarantine(const std::vector<wire::Quarantined>& quarantined, std::vector<journal::Row>& rows) {
  const auto bad = std::find_if(rows.begin(), rows.end(), [&](const journal::Row& row) {
    return Covering(quarantined, row.seq) != nullptr;
  });
  rows.erase(bad, rows.end());
}

absl::Status ReadRows(journal::Journal& journal, const BatchRequest& request,
                      const std::vector<wire::Quarantined>& quarantined, Batch& batch) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<journal::Row> rows,
                            journal.ReadAfter(batch.from, request.max_rows, request.max_bytes));
  CutAtQuarantine(quarantined, rows);
  if (rows.empty()) return absl::OkStatus();
  wire::RowFrame frame;
  HOLDFAST_ASSIGN_OR_RETURN(frame.previous_hash, journal.HashAt(rows.front().seq - 1));
  batch.more = rows.back().seq < batch.head.seq;
  frame.rows = std::move(rows);
  batch.frame = std::move(frame);
  return absl::OkStatus();
}

}  // namespace

Batch ReadBatch(journal::Journal& journal, const BatchRequest& request) {
  Batch batch;
  const journal::Head head = journal.head();
  batch.head = {head.epoch, head.seq, head.hash};
  absl::StatusOr<std::vector<wire::Quarantined>> quarantined = LoadQuarantine(journal);
  if (!quarantined.ok()) {
    batch.status = quarantined.status();
    return batch;
  }
  batch.from = request.position && request.position->epoch == head.epoch ? request.position->seq
                                                                         : journal.acked_through();
  for (const wire::Quarantined& q : *quarantined) {
    if (q.last_seq > batch.from) batch.quarantined.push_back(q);
  }
  while (const wire::Quarantined* q = Covering(*quarantined, batch.from + 1)) batch.from = q->last_seq;
  if (request.with_rows) {
    batch.status = Annotate(ReadRows(journal, request, *quarantined, batch), "reading rows to send");
  }
  return batch;
}

absl::StatusOr<std::vector<wire::Quarantined>> LoadQuarantine(const journal::Journal& journal) {
  std::vector<wire::Quarantined> list;
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<std::string> bytes, journal.GetMeta(kQuarantineKey));
  if (!bytes) return list;
  CanonicalReader in(*bytes);
  if (in.U64() != journal.head().epoch) return list;
  const uint32_t count = std::min(in.U32(), kMostQuarantined);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t first = in.U64();
    const uint64_t last = in.U64();
    list.push_back({first, last, std::string(in.Bytes())});
  }
  HOLDFAST_RETURN_IF_ERROR(Annotate(in.Done(), "reading the list of quarantined rows"));
  return list;
}

absl::Status AddToQuarantine(journal::Journal& journal, const wire::Quarantined& rows) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<wire::Quarantined> list, LoadQuarantine(journal));
  list.push_back(rows);
  if (list.size() > kMostQuarantined) list.erase(list.begin());
  CanonicalWriter out;
  out.U64(journal.head().epoch).U32(static_cast<uint32_t>(list.size()));
  for (const wire::Quarantined& q : list) out.U64(q.first_seq).U64(q.last_seq).Bytes(q.error);
  return journal.SetMeta(kQuarantineKey, out.str());
}

}  // namespace holdfast::uplink
