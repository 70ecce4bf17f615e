// One Sync: rows in, state in, acknowledgement and policy out.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "server/service/admission.h"
#include "server/service/heartbeat_stretch.h"
#include "server/service/ingest.h"
#include "server/service/keys.h"
#include "server/service/orders.h"
#include "server/service/policies.h"
#include "server/service/rollouts.h"

namespace holdfast::server {

class SyncHandler {
 public:
  SyncHandler(Context& context, Directory& directory, Policies& policies, Rollouts& rollouts, Orders& orders,
              Keys& keys, const HeartbeatStretch& stretch)
      : context_(context),
        directory_(directory),
        policies_(policies),
        rollouts_(rollouts),
        orders_(orders),
        keys_(keys),
        stretch_(stretch),
        ingest_(context) {}

  // Inside a transaction. A refusal is an answer like any other; another error means that the transaction
  // must be rolled back. New rows move out of the call and are appended to `stored`.
  absl::StatusOr<wire::SyncResponse> Handle(SyncCall& call, std::vector<fleet::StoredRow>* stored);

 private:
  // A message that a newer one of the same device has overtaken: its rows count, its state does not.
  static bool Overtaken(const LiveDevice& device, const wire::SyncRequest& request, ServerTime received);
  absl::Status CheckIdentity(LiveDevice& device, const wire::SyncRequest& request);
  absl::Status WatchBoots(LiveDevice& device, const wire::SyncRequest& request);
  absl::Status EndCloneConflict(LiveDevice& device, ServerTime received);
  static void RememberSent(LiveDevice& device, const wire::SyncRequest& request);
  absl::Status TakeState(LiveDevice& device, const wire::SyncRequest& request);
  absl::Status TakeSections(LiveDevice& device, const wire::SyncRequest& request);
  absl::Status TakeAnchor(LiveDevice& device, const std::optional<fleet::Anchor>& anchor);
  absl::Status TakeContact(LiveDevice& device, const wire::SyncRequest& request, ServerTime received);
  static void NoteComplete(LiveDevice& device, const wire::SyncRequest& request);
  absl::Status CheckHead(LiveDevice& device, const wire::SyncRequest& request);
  absl::StatusOr<wire::SyncResponse> Answer(LiveDevice& device, const wire::SyncRequest& request, bool full);

  Context& context_;
  Directory& directory_;
  Policies& policies_;
  Rollouts& rollouts_;
  Orders& orders_;
  Keys& keys_;
  const HeartbeatStretch& stretch_;
  Ingest ingest_;
};

// What this server offers, as in Enroll and Sync.
std::vector<std::string> ServerFeatures();

}  // namespace holdfast::server
