#include "profiles/lint/rules/proxy_chain.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "profiles/lint/rules/vpn_view.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Value;

std::optional<ChainLink> LinkOf(const PayloadView& payload) {
  const std::optional<VpnView> vpn = AsVpn(payload);
  if (!vpn || vpn->kind->type != ServiceType::kTransparentProxy) return std::nullopt;
  const profiles::VpnDictionary& dict = vpn->dict;
  ChainLink link;
  link.payload = &payload;
  link.bundle_id = plist::Text(*dict.value, "ProviderBundleIdentifier");
  if (link.bundle_id.empty()) link.bundle_id = payload.Text("VPNSubType");
  link.name = profiles::VpnName(payload.value());
  link.order_spot = payload.At(absl::StrCat(dict.name, ".Order"));
  const Value* order = dict.value->Find("Order");
  link.missing = order == nullptr;
  const int64_t* number = order == nullptr ? nullptr : order->As<int64_t>();
  if (number != nullptr && *number >= 0 && *number <= std::numeric_limits<int32_t>::max())
    link.order = *number;
  return link;
}

// No Mac has as many proxies; a folder that is linted may, and each finding lists them.
constexpr size_t kMostNamed = 16;

std::string JoinFirst(std::vector<std::string> texts, absl::string_view separator, size_t count) {
  if (count <= kMostNamed) return absl::StrJoin(texts, separator);
  texts.resize(kMostNamed);
  return absl::StrCat(absl::StrJoin(texts, separator), separator, "and ", count - kMostNamed, " more");
}

std::string FileOf(const ChainLink& link) {
  return absl::StrCat("'", link.payload->file().source().name, "'");
}

}  // namespace

std::vector<ChainLink> ProxyChain(const Fleet& fleet) {
  std::vector<ChainLink> chain;
  for (const auto& file : fleet) {
    for (const PayloadView& payload : file->payloads()) {
      if (auto link = LinkOf(payload)) chain.push_back(*std::move(link));
    }
  }
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
  for (size_t i = 0; i < chain.size(); ++i) chain[i].position = i;
  std::sort(chain.begin(), chain.end(), [=](const ChainLink& a, const ChainLink& b) {
    return std::pair(a.order.value_or(kLast), a.position) < std::pair(b.order.value_or(kLast), b.position);
  });
  int64_t last = 0;
  for (ChainLink& link : chain) last = link.clear_order = std::max(last + 1, link.order.value_or(0));
  return chain;
}

std::string ChainText(const std::vector<ChainLink>& chain) {
  std::vector<std::string> links;
  for (const ChainLink& link : chain) {
    const std::string order = link.order     ? absl::StrCat(*link.order)
                              : link.missing ? "no Order"
                                             : "an invalid Order";
    links.push_back(absl::StrCat(order, " ", link.bundle_id, " (", FileOf(link), ")"));
    if (links.size() > kMostNamed) break;
  }
  return JoinFirst(links, ", ", chain.size());
}

std::string ChainEdits(const std::vector<ChainLink>& chain) {
  std::vector<std::string> edits;
  size_t count = 0;
  for (const ChainLink& link : chain) {
    if (link.order == link.clear_order) continue;
    const std::string line = link.order_spot.line == 0 ? "" : absl::StrCat(", line ", link.order_spot.line);
    if (++count > kMostNamed) continue;
    edits.push_back(absl::StrCat(link.missing ? "add" : "set", " Order as <integer>", link.clear_order,
                                 "</integer> in ", FileOf(link), line));
  }
  return JoinFirst(edits, "; ", count);
}

}  // namespace holdfast::lint
