// Transparent proxies: each one's Order, and the order of all.
#include <array>
#include <limits>
#include <map>

#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/proxy_chain.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/lint/rules/vpn_view.h"

namespace holdfast::lint {
namespace {

using plist::Value;

constexpr Rule kMistyped = {
    .id = "proxy-order-mistyped",
    .severity = Severity::kError,
    .title = "Order is not an <integer>",
    .why =
        "macOS uses Order only if it is a number. '<string>1</string>' is ignored without a word, and the "
        "proxy comes "
        "after all that have an Order.",
    .fix = "write Order as <integer>: macOS ignores it as it is",
    .reference = "Apple's own example of a transparent proxy has this flaw, and pages that copied it"};
constexpr Rule kRange = {.id = "proxy-order-out-of-range",
                         .severity = Severity::kError,
                         .title = "Order is negative or above 2147483647",
                         .why = "macOS refuses the whole payload: 'Transparent proxy order is invalid'.",
                         .fix = "use an Order from 1 to 2147483647: macOS refuses the whole payload",
                         .reference = kDecompiled};
constexpr Rule kZero = {.id = "proxy-order-zero",
                        .severity = Severity::kWarning,
                        .title = "Order is 0",
                        .why =
                            "Apple documents a positive integer. By what is known of the code 0 passes; a "
                            "later macOS may refuse it.",
                        .fix = "use an Order from 1 on",
                        .reference = "Apple: VPN.TransparentProxy, Order"};
constexpr Rule kMissing = {.id = "proxy-order-missing",
                           .severity = Severity::kError,
                           .title = "One of several transparent proxies has no Order",
                           .why =
                               "Nothing says which one sees traffic first. A vendor observed that the one "
                               "installed last does; Apple "
                               "documents nothing. What one proxy takes, the next never sees.",
                           .fix = "add TransparentProxy.Order as an <integer>",
                           .reference = "dope.security and Digital Guardian on running two proxies"};
constexpr Rule kEqual = {.id = "proxy-order-equal",
                         .severity = Severity::kError,
                         .title = "Two transparent proxies declare the same Order",
                         .why =
                             "Their order is undefined and may change with each start or update. Every "
                             "vendor's sample says 1, so a "
                             "fleet with two vendors gets there by following both manuals.",
                         .fix = "give each a number of its own",
                         .reference = "Samples of two of two vendors have Order 1"};
constexpr Rule kChain = {.id = "proxy-order-chain",
                         .severity = Severity::kInfo,
                         .title = "The order that the profiles declare",
                         .why =
                             "The lowest Order sees traffic first. The order that a Mac really uses cannot "
                             "be read from a profile.",
                         .fix = "compare it with what the vendors ask for",
                         .reference = "Apple: VPN.TransparentProxy, Order"};

constexpr std::array kRules = {&kMistyped, &kRange, &kZero, &kMissing, &kEqual, &kChain};
constexpr RuleGroup kGroup = {"transparent-proxies", "Transparent proxies and their order", kRules};

void CheckOrder(const PayloadView& payload, absl::string_view dictionary, const Value& order, Sink& sink) {
  const Spot spot = payload.At(absl::StrCat(dictionary, ".Order"));
  const int64_t* number = order.As<int64_t>();
  if (number == nullptr) {
    sink.Add(kMistyped, spot, absl::StrCat("its Order is ", order.TypeName()));
  } else if (*number < 0 || *number > std::numeric_limits<int32_t>::max()) {
    sink.Add(kRange, spot, absl::StrCat("its Order is ", *number));
  } else if (*number == 0) {
    sink.Add(kZero, spot, "its Order is 0");
  }
}

std::string Whose(const ChainLink& link) {
  return absl::StrCat(link.bundle_id, " in '", link.payload->file().source().name, "'");
}

// "; declared is 1 com.a ('a'), ...: the first two in no defined order".
std::string Today(const std::vector<ChainLink>& chain) {
  return absl::StrCat("; declared today: ", ChainText(chain),
                      "; between equal numbers, and among those without one, nothing is defined");
}

}  // namespace

const RuleGroup& ProxyRules() {
  return kGroup;
}

void CheckProxies(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    const std::optional<VpnView> vpn = AsVpn(payload);
    if (!vpn || vpn->kind->type != ServiceType::kTransparentProxy) continue;
    const Value* order = vpn->dict.value->Find("Order");
    if (order != nullptr) CheckOrder(payload, vpn->dict.name, *order, sink);
  }
}

void CheckProxyOrder(const Fleet& fleet, Sink& sink) {
  const std::vector<ChainLink> chain = ProxyChain(fleet);
  if (chain.size() < 2) return;  // one alone may leave its Order out
  const std::string edits = ChainEdits(chain);
  std::map<int64_t, const ChainLink*> by_order;
  for (const ChainLink& link : chain) {
    if (link.missing) {
      sink.Add(kMissing, link.order_spot,
               absl::StrCat("the transparent proxy ", Whose(link), " is one of ", chain.size(),
                            " and declares no Order", Today(chain)),
               edits);
    }
    if (!link.order) continue;
    const auto [it, fresh] = by_order.try_emplace(*link.order, &link);
    if (fresh) continue;
    const ChainLink& first = *it->second;
    Finding& finding = sink.Add(kEqual, link.order_spot,
                                absl::StrCat("the transparent proxies ", Whose(first), " and ", Whose(link),
                                             " both declare Order ", *link.order, Today(chain)),
                                edits);
    finding.related.push_back(PlaceOf(first.order_spot));
  }
  sink.Add(kChain, chain.front().order_spot, absl::StrCat("declared order: ", ChainText(chain)));
}

}  // namespace holdfast::lint
