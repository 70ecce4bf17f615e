#include "server/service/orders.h"

#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/sha256.h"
#include "core/orders/code.h"
#include "server/audit/audit.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

constexpr size_t kLeastReason = 5;

bool IsFor(const Order& order, const fleet::DeviceRecord& device) {
  switch (order.scope) {
    case Order::Scope::kFleet:
      return true;
    case Order::Scope::kGroup:
      return order.target == device.group;
    case Order::Scope::kDevice:
      break;
  }
  return order.target == device.id.ToString();
}

absl::Status CheckReason(const std::string& reason, absl::string_view doing) {
  if (reason.size() >= kLeastReason && reason.size() <= kMaxOrderText) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(doing, ": say why, in ", kLeastReason, " to ", kMaxOrderText,
                                                 " bytes; it is in the record of every device"));
}

}  // namespace

absl::Status Orders::Load() {
  if (loaded_) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<fleet::OrderRecord> records,
                            context_.store.OrdersAfter(context_.Now()));
  std::vector<Stored> orders;
  for (const fleet::OrderRecord& record : records) {
    absl::StatusOr<Order> order = DecodeOrder(record.signed_bytes);
    // Of a newer server beside this one: no reason to answer no device at all.
    if (!order.ok()) continue;
    orders.emplace_back(*std::move(order), wire::SignedOrder{record.signed_bytes, record.signature});
  }
  loaded_ = std::move(orders);
  return absl::OkStatus();
}

absl::StatusOr<IssueOrderResponse> Orders::Issue(const Actor& actor, Order order, absl::Duration length,
                                                 const std::string& group) {
  HOLDFAST_RETURN_IF_ERROR(CheckReason(order.reason, "issuing an order"));
  if (length <= absl::ZeroDuration() || length > holdfast::kLongestOrder) {
    return absl::InvalidArgumentError("issuing an order: it lasts up to 24 hours, and always ends");
  }
  HOLDFAST_ASSIGN_OR_RETURN(const uint64_t last, context_.store.LastOrder());
  order.number = last + 1;
  order.issued = context_.Now();
  order.expires = order.issued + length;
  order.issued_by = actor.name.substr(0, kMaxOrderText);
  SignedOrder signed_order{EncodeOrder(order), ""};
  HOLDFAST_RETURN_IF_ERROR(DecodeOrder(signed_order.signed_bytes).status());
  HOLDFAST_ASSIGN_OR_RETURN(KeySignature signature, context_.issuer.SignPolicy(signed_order.signed_bytes));
  signed_order.signature = std::move(signature.signature);
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  HOLDFAST_RETURN_IF_ERROR(context_.store.AddOrder(
      {order.number, order.expires, signed_order.signed_bytes, signed_order.signature}));
  const bool withdrawal = order.kind == Order::Kind::kWithdrawal;
  HOLDFAST_RETURN_IF_ERROR(
      RecordAudit(context_.store, context_.Now(), actor,
                  {.action = withdrawal                         ? "WithdrawOrder"
                             : order.kind == Order::Kind::kHold ? "HoldForMaintenance"
                                                                : "SuspendEnforcement",
                   .target = ScopeText(order),
                   .before = withdrawal ? absl::StrCat("order ", order.withdraws) : "",
                   .after = absl::StrCat("order ", order.number, "; until=", FormatUtc(order.expires),
                                         order.disconnect ? "; disconnect" : "", "; reason=", order.reason),
                   .group = group}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  loaded_.reset();
  const std::string text = OrderText(signed_order);
  return IssueOrderResponse{std::move(order), text};
}

absl::StatusOr<std::vector<Order>> Orders::List() {
  HOLDFAST_RETURN_IF_ERROR(Load());
  std::vector<Order> out;
  for (const auto& [order, signed_order] : *loaded_) {
    if (context_.Now() < order.expires) out.push_back(order);
  }
  return out;
}

absl::StatusOr<std::vector<wire::SignedOrder>> Orders::For(const fleet::DeviceRecord& device) {
  HOLDFAST_RETURN_IF_ERROR(Load());
  std::vector<wire::SignedOrder> out;
  for (const auto& [order, signed_order] : *loaded_) {
    if (context_.Now() >= order.expires || !IsFor(order, device)) continue;
    const uint64_t number = order.number;
    const bool withdrawn = std::any_of(loaded_->begin(), loaded_->end(), [number](const Stored& other) {
      return other.first.kind == Order::Kind::kWithdrawal && other.first.withdraws == number;
    });
    if (!withdrawn) out.push_back(signed_order);
  }
  return out;
}

// An Ed25519 signature is a function of key and message, so nothing has to be stored for each device; the
// message is none that is ever sent.
absl::StatusOr<std::pair<std::string, std::string>> Orders::CodeKey(const Uuid& device,
                                                                    const std::string& by) {
  const std::string message = CodeKeyMessage(device);
  HOLDFAST_ASSIGN_OR_RETURN(
      const KeySignature signature,
      by.empty() ? context_.issuer.SignPolicy(message) : context_.custody->SignPolicyWith(by, message));
  const Sha256Digest digest = Sha256(signature.signature);
  return std::pair(std::string(reinterpret_cast<const char*>(digest.data()), digest.size()),
                   signature.key_id);
}

// A device that was not heard of since the policy key was replaced checks codes with what it has.
absl::StatusOr<std::string> Orders::KnownCodeKey(const fleet::DeviceRecord& device) {
  if (context_.custody == nullptr) return "";
  HOLDFAST_ASSIGN_OR_RETURN(const auto evidence, context_.store.FindKeyEvidence(device.key));
  if (!evidence) return "";
  for (const RingKey& key : context_.custody->ring().Valid(KeyKind::kPolicy)) {
    if (key.id == evidence->code_key) return key.id;
  }
  return "";
}

absl::Status Orders::SignAgain() {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<fleet::OrderRecord> records,
                            context_.store.OrdersAfter(context_.Now()));
  for (const fleet::OrderRecord& record : records) {
    HOLDFAST_ASSIGN_OR_RETURN(const KeySignature signature, context_.issuer.SignPolicy(record.signed_bytes));
    if (signature.signature == record.signature) continue;
    HOLDFAST_RETURN_IF_ERROR(context_.store.SetOrderSignature(record.number, signature.signature));
  }
  return absl::OkStatus();
}

absl::StatusOr<IssueOverrideCodeResponse> Orders::IssueCode(const Actor& actor,
                                                            const fleet::DeviceRecord& device,
                                                            const IssueOverrideCodeRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckReason(request.reason, "issuing an override code"));
  if (request.length <= absl::ZeroDuration() || request.length > kLongestCode) {
    return absl::InvalidArgumentError("issuing an override code: it is good for up to 12 hours");
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::string by, KnownCodeKey(device));
  HOLDFAST_ASSIGN_OR_RETURN(const auto key, CodeKey(device.id, by));
  OverrideCode code{.length = absl::Ceil(request.length, absl::Minutes(15)),
                    .hour = CodeHour(context_.Now().ns)};
  context_.random.Fill(&code.serial, sizeof code.serial);
  IssueOverrideCodeResponse response{EncodeOverrideCode(code, device.id, key.first), code.Id(), device.id,
                                     device.hardware.hostname, context_.Now() + kCodeGoodFor};
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(
      context_.store, context_.Now(), actor,
      {.action = "IssueOverrideCode",
       .target = absl::StrCat("device:", device.id.ToString()),
       .before = "",
       .after = absl::StrCat("code ", response.code_id, "; for=", absl::FormatDuration(code.length),
                             "; reason=", request.reason),
       .group = device.group}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  return response;
}

absl::Status Orders::FillCodeKey(const Uuid& device, const std::string& known_id,
                                 wire::SyncResponse& answer) {
  const std::vector<std::string> keys = context_.issuer.PolicyPublicKeys();
  if (!keys.empty() && crypto::KeyId(keys.front()) == known_id) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(auto key, CodeKey(device, ""));
  answer.override_key = std::move(key.first);
  answer.override_key_id = std::move(key.second);
  return absl::OkStatus();
}

// --- ServerCore

namespace {

// The scope that the request names, or why it names none.
absl::StatusOr<Order> ScopeOf(
    absl::FunctionRef<absl::StatusOr<fleet::DeviceRecord>(const std::string&)> find_device,
    const IssueOrderRequest& request) {
  if ((request.device.empty() ? 0 : 1) + (request.group.empty() ? 0 : 1) + (request.fleet ? 1 : 0) != 1) {
    return absl::InvalidArgumentError(
        "issuing an order: say for which DEVICE, or for a group, or for the whole fleet");
  }
  Order order;
  if (request.fleet) return order;
  order.scope = Order::Scope::kGroup;
  order.target = request.group;
  if (request.device.empty()) return order;
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord device, find_device(request.device));
  order.scope = Order::Scope::kDevice;
  order.target = device.id.ToString();
  return order;
}

absl::StatusOr<Order> WithdrawalOf(Orders& orders, uint64_t number) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Order> current, orders.List());
  for (const Order& order : current) {
    if (order.number != number || order.kind == Order::Kind::kWithdrawal) continue;
    Order withdrawal;
    withdrawal.scope = order.scope;
    withdrawal.target = order.target;
    withdrawal.withdraws = number;
    return withdrawal;
  }
  return absl::NotFoundError(absl::StrCat("withdrawing order ", number, ": it is over, or there is none"));
}

}  // namespace

absl::StatusOr<IssueOverrideCodeResponse> ServerCore::IssueOverrideCode(
    const Actor& actor, const IssueOverrideCodeRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kIssueOverrideCode));
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord device,
                            state_->FindNamed(actor, AdminMethod::kIssueOverrideCode, request.device));
  return state_->orders.IssueCode(actor, device, request);
}

// Of the devices that it is for; empty for the fleet's.
absl::StatusOr<std::string> ServerCore::State::GroupOf(const Order& order) {
  if (order.scope == Order::Scope::kFleet) return std::string();
  if (order.scope == Order::Scope::kGroup) return order.target;
  HOLDFAST_ASSIGN_OR_RETURN(const Uuid id, Uuid::Parse(order.target));
  HOLDFAST_ASSIGN_OR_RETURN(const auto device, context.store.FindDevice(id));
  return device ? device->group : std::string();
}

// One for the fleet concerns everybody's devices.
absl::StatusOr<bool> ServerCore::State::MaySeeOrder(const Actor& actor, const Order& order) {
  if (order.scope == Order::Scope::kFleet) return true;
  HOLDFAST_ASSIGN_OR_RETURN(const std::string group, GroupOf(order));
  return MaySee(actor, group);
}

absl::StatusOr<IssueOrderResponse> ServerCore::IssueOrder(const Actor& actor,
                                                          const IssueOrderRequest& request) {
  constexpr AdminMethod kMethod = AdminMethod::kIssueOrder;
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, kMethod));
  const bool withdrawal = request.kind == Order::Kind::kWithdrawal;
  const auto find = [&](const std::string& name) { return state_->FindNamed(actor, kMethod, name); };
  HOLDFAST_ASSIGN_OR_RETURN(
      Order order, withdrawal ? WithdrawalOf(state_->orders, request.withdraws) : ScopeOf(find, request));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string group, state_->GroupOf(order));
  HOLDFAST_RETURN_IF_ERROR(order.scope == Order::Scope::kFleet ? CheckFleet(actor, kMethod)
                                                               : CheckGroup(actor, kMethod, group));
  order.kind = request.kind;
  order.reason = request.reason;
  order.disconnect = request.disconnect && !withdrawal;
  // It stays until what it withdraws is over anywhere.
  HOLDFAST_ASSIGN_OR_RETURN(
      IssueOrderResponse response,
      state_->orders.Issue(actor, std::move(order), withdrawal ? holdfast::kLongestOrder : request.length,
                           group));
  if (response.order.scope != Order::Scope::kDevice) {
    HOLDFAST_RETURN_IF_ERROR(state_->NudgeGroup(response.order.target, [](const Uuid&) { return true; }));
    return response;
  }
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord device, find(response.order.target));
  if (state_->nudge && !device.revoked) state_->nudge(device.id, absl::ZeroDuration());
  return response;
}

absl::StatusOr<std::vector<Order>> ServerCore::ListOrders(const Actor& actor) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListOrders));
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<Order> orders, state_->orders.List());
  std::vector<Order> seen;
  for (Order& order : orders) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool may_see, state_->MaySeeOrder(actor, order));
    if (may_see) seen.push_back(std::move(order));
  }
  return seen;
}

}  // namespace holdfast::server
