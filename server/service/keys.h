// The authorities and policy keys over their lives: what devices are told of them, what devices say they
// trust, and the steps of a replacement (docs/adr/0024-key-rotation.md). Without a custody they never change.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/service/directory.h"
#include "server/service/key_use.h"
#include "server/service/orders.h"
#include "server/service/policies.h"

namespace holdfast::server {

class Keys {
 public:
  Keys(Context& context, Policies& policies, Orders& orders)
      : context_(context), policies_(policies), orders_(orders) {}

  // These two inside a Sync's transaction: what its message says of keys,
  absl::Status Heard(LiveDevice& device, const wire::SyncRequest& request);
  // and what the answer tells. `policy`: the one that the device is to have, or nullptr.
  void Fill(const LiveDevice& device, const wire::SyncRequest& request, const PolicyInForce* policy,
            wire::SyncResponse& answer);

  absl::StatusOr<std::vector<KeyInfo>> List();
  // Each is audited before it is done, so that none is done unseen. Not inside a transaction.
  absl::StatusOr<KeyInfo> Rotate(const Actor& actor, KeyKind kind);
  absl::StatusOr<KeyInfo> Activate(const Actor& actor, const KeyStepRequest& request);
  absl::StatusOr<KeyInfo> Retire(const Actor& actor, const KeyStepRequest& request);

  // In the tick, not inside a transaction: a next key that everybody trusts becomes the current one, and
  // signatures that a crash left behind are made. Says what it did.
  absl::StatusOr<std::vector<std::string>> Tick();
  // What listeners show and whom they admit is to be made anew: after a step, and once a day while an
  // authority is being replaced. Until Told.
  bool changed() const { return changed_; }
  void Told();

 private:
  absl::Status CheckCustody() const;
  absl::StatusOr<KeyUses> Count();
  absl::StatusOr<KeyInfo> InfoOf(const std::string& id);
  absl::Status Audit(const Actor& actor, const std::string& action, const RingKey& key,
                     const std::string& after);
  // Audits it, then takes the step; that it failed is audited too.
  absl::Status Take(const Actor& actor, const std::string& action, const RingKey& key,
                    const std::string& after, absl::FunctionRef<absl::Status()> step);
  absl::Status CheckStep(const KeyStepRequest& request, const RingKey& key, absl::string_view doing);
  absl::Status BecomeCurrent(const Actor& actor, const RingKey& key, const std::string& why);
  absl::Status SignAgain();
  bool MayRenewNow();

  Context& context_;
  Policies& policies_;
  Orders& orders_;
  std::string signed_by_;  // the policy key by which everything in force is known to be signed
  bool changed_ = false;
  ServerTime shown_;  // when listeners were last told
  ServerTime next_look_;
  ServerTime next_renewal_;
};

}  // namespace holdfast::server
