#include "server/service/row_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/device_state.h"
#include "storage/journal/row.h"

namespace holdfast::server {
namespace {

constexpr int kRowsPerSlice = 2000;
constexpr size_t kBytesPerSlice = size_t{4} << 20;
constexpr absl::Duration kRoundEvery = absl::Hours(24);

}  // namespace

absl::Status RowCheck::Slice() {
  const ServerTime now = context_.Now();
  if (!last_ && now < next_round_) return absl::OkStatus();
  if (!last_) round_began_ = now;
  const absl::StatusOr<std::vector<fleet::StoredRow>> rows =
      context_.store.RowsBehind(last_, kRowsPerSlice, kBytesPerSlice);
  if (absl::IsDataLoss(rows.status())) {
    const std::optional<fleet::StoredRow> before = last_;
    EndRound();
    if (!before) return Annotate(rows.status(), "reading the stored rows again");
    return Report(
        {before->device, before->row.epoch,
         absl::StrCat("nothing behind row ", before->row.seq, " can be read: ", rows.status().message())});
  }
  HOLDFAST_RETURN_IF_ERROR(rows.status());
  absl::Status found;
  for (const fleet::StoredRow& row : *rows) found.Update(CheckRow(row));
  if (rows->empty()) {
    found.Update(EndOfChain());
    EndRound();
  }
  return found;
}

absl::Status RowCheck::CheckRow(const fleet::StoredRow& row) {
  absl::Status found;
  const bool same_chain = last_ && last_->device == row.device && last_->chain == row.chain;
  if (!same_chain) {
    found = EndOfChain();
    told_ = false;
  }
  std::optional<Sha256Digest> previous;  // nothing after a hole: the row before it never arrived
  if (row.row.seq == 1) previous = journal::kGenesis;
  if (same_chain && row.row.seq == last_->row.seq + 1) previous = last_->row.hash;
  last_ = row;
  if (previous && journal::HashOf(row.row, *previous) != row.row.hash && !told_) {
    found.Update(Report(
        {row.device, row.row.epoch, absl::StrCat("row ", row.row.seq, " does not match its hash any more")}));
  }
  return found;
}

// All rows of the chain were read: its head was written together with the last of them.
absl::Status RowCheck::EndOfChain() {
  if (!last_ || told_) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const auto chains, context_.store.ChainsOf(last_->device));
  const auto chain =
      std::find_if(chains.begin(), chains.end(), [&](const auto& c) { return c.ordinal == last_->chain; });
  if (chain == chains.end() || (chain->seq == last_->row.seq && chain->hash == last_->row.hash)) {
    return absl::OkStatus();
  }
  return Report({last_->device, last_->row.epoch,
                 absl::StrCat("the rows end at ", last_->row.seq, " and the head says ", chain->seq)});
}

absl::Status RowCheck::Report(const Damage& damage) {
  told_ = true;
  HOLDFAST_ASSIGN_OR_RETURN(const auto record, context_.store.DeviceByKey(damage.device));
  const std::string device = record ? record->id.ToString() : absl::StrCat("number ", damage.device);
  const absl::Status found = absl::DataLossError(
      absl::StrCat("the stored rows of device ", device, ", epoch ", EpochToString(damage.epoch),
                   ", are damaged: ", damage.what,
                   "; reports over that time cannot be trusted: check the disk and restore the newest backup "
                   "(devices send again what it lacks)"));
  if (!record) return found;
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * live, directory_.Find(record->id));
  if (live == nullptr) return found;
  const absl::Status raised =
      RaiseIncident(context_, *live,
                    {.name = "chain_break",
                     .severity = "error",
                     .key = absl::StrCat("stored/", EpochToString(damage.epoch)),
                     .summary = "Rows that were stored intact are damaged in the server's database",
                     .evidence = damage.what});
  const absl::Status kept = raised.ok() ? transaction.Commit() : raised;
  if (!kept.ok()) directory_.Invalidate(record->id);
  return kept.ok() ? found
                   : Annotate(found, absl::StrCat("no incident could be stored (", kept.message(), ")"));
}

void RowCheck::EndRound() {
  last_.reset();
  told_ = false;
  next_round_ = round_began_ + kRoundEvery;
}

}  // namespace holdfast::server
