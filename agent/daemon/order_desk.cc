#include "agent/daemon/order_desk.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/crypto/keys.h"
#include "base/error.h"

namespace holdfast::agent {
namespace {

constexpr char kFile[] = "withdrawn-orders";
constexpr absl::string_view kMagic = "HFW2";
constexpr size_t kMost = 1000;

}  // namespace

OrderDesk::OrderDesk(platform::StateFiles& files) : files_(files) {
  const absl::StatusOr<std::optional<std::string>> bytes = files_.Read(kFile);
  if (!bytes.ok() || !*bytes) return;
  CanonicalReader in(**bytes);
  if (in.Raw(kMagic.size()) != kMagic) return;
  const uint32_t count = in.U32();
  for (uint32_t i = 0; i < count && i < kMost; ++i) {
    withdrawn_.insert(in.U64());
  }
}

absl::StatusOr<std::optional<SuspensionOrdered>> OrderDesk::Take(const SignedOrder& order,
                                                                 const std::vector<std::string>& policy_keys,
                                                                 const Uuid& device, ServerTime now) {
  const bool good = std::any_of(policy_keys.begin(), policy_keys.end(), [&](const std::string& key) {
    return crypto::VerifyEd25519(key, order.signed_bytes, order.signature).ok();
  });
  if (!good) {
    return absl::PermissionDeniedError(absl::StrCat("an order is not signed by one of the ",
                                                    policy_keys.size(),
                                                    " pinned policy keys; it changes nothing"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const Order said, DecodeOrder(order.signed_bytes));
  // Who is in a group is the server's to say.
  if (said.scope == Order::Scope::kDevice && said.target != device.ToString()) {
    return absl::PermissionDeniedError(absl::StrCat("order ", said.number, " is for another device (",
                                                    said.target, "); it changes nothing"));
  }
  if (said.kind == Order::Kind::kWithdrawal) {
    Withdraw(said.withdraws);
    return SuspensionOrdered{.number = said.number, .withdraws = said.withdraws};
  }
  if (now >= said.expires || withdrawn_.contains(said.number)) return std::nullopt;
  return SuspensionOrdered{.kind = said.kind == Order::Kind::kHold ? SuspensionBegan::Kind::kHold
                                                                   : SuspensionBegan::Kind::kEmergency,
                           .number = said.number,
                           .withdraws = std::nullopt,
                           .reason = said.reason,
                           .issued_by = said.issued_by,
                           .disconnect = said.disconnect,
                           // A device whose clock is behind gets no more than was meant.
                           .remaining = std::min(said.expires - now, said.expires - said.issued)};
}

void OrderDesk::Withdraw(uint64_t number) {
  if (!withdrawn_.insert(number).second) return;
  // Numbers grow: the lowest are over first.
  while (withdrawn_.size() > kMost) withdrawn_.erase(withdrawn_.begin());
  CanonicalWriter out;
  out.Raw(kMagic).U32(static_cast<uint32_t>(withdrawn_.size()));
  for (const uint64_t withdrawn : withdrawn_) out.U64(withdrawn);
  // When the disk takes nothing, the server says it again with the next Sync.
  files_.Write(kFile, out.Take()).IgnoreError();
}

}  // namespace holdfast::agent
