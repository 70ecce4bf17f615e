// Transparent proxies: their order, over all profiles together, and the DNS proxy.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/checks/review.h"

namespace holdfast::engine {
namespace {

const ProxyFacts* FindProxy(const InstalledFacts& installed, const std::string& bundle_id) {
  const auto is_it = [&](const ProxyFacts& proxy) { return proxy.bundle_id == bundle_id; };
  const auto found = std::find_if(installed.proxies.begin(), installed.proxies.end(), is_it);
  return found == installed.proxies.end() ? nullptr : &*found;
}

std::string OrderText(const ProxyFacts& proxy) {
  switch (proxy.order_state) {
    case OrderState::kMissing:
      return "no Order";
    case OrderState::kMistyped:
      return "an Order that is no integer";
    case OrderState::kOutOfRange:
      return "an Order out of range";
    case OrderState::kValid:
      return absl::StrCat("Order ", proxy.order);
  }
  return "no Order";
}

// "com.example.proxy=1 of com.example.profile"
std::string DeclaredText(const Core& core) {
  return absl::StrJoin(core.installed.proxies, "; ", [](std::string* out, const ProxyFacts& proxy) {
    absl::StrAppend(out, proxy.bundle_id, "=",
                    proxy.order_state == OrderState::kValid ? absl::StrCat(proxy.order) : OrderText(proxy),
                    " of ", proxy.profile_identifier);
  });
}

std::vector<std::string> DeclaredFaults(const Core& core) {
  std::vector<std::string> faults;
  const ProxyFacts* last = nullptr;
  for (const std::string& bundle_id : core.policy->transparent_proxies.required_order) {
    const ProxyFacts* proxy = FindProxy(core.installed, bundle_id);
    if (proxy == nullptr) {
      faults.push_back(absl::StrCat(bundle_id, " is not installed."));
    } else if (proxy->order_state != OrderState::kValid) {
      faults.push_back(absl::StrCat(bundle_id, " declares ", OrderText(*proxy), "."));
    } else {
      if (last != nullptr && proxy->order <= last->order) {
        faults.push_back(absl::StrCat(bundle_id, " (declared ", OrderText(*proxy), ") must come after ",
                                      last->bundle_id, " (declared ", OrderText(*last), ")."));
      }
      last = proxy;
    }
  }
  return faults;
}

// Against what macOS does, where that can be read.
std::vector<std::string> EffectiveFaults(const Core& core) {
  std::vector<std::string> faults;
  const std::vector<std::string>& order = *core.system.effective_order;
  auto last = order.begin();
  for (const std::string& bundle_id : core.policy->transparent_proxies.required_order) {
    const auto found = std::find(order.begin(), order.end(), bundle_id);
    if (found == order.end()) {
      faults.push_back(absl::StrCat(bundle_id, " sees no traffic."));
    } else if (found < last) {
      faults.push_back(absl::StrCat(bundle_id, " sees traffic before ", *last, "."));
    } else {
      last = found;
    }
  }
  return faults;
}

void ReviewRequiredOrder(const Core& core, Review& review) {
  const std::vector<std::string>& required = core.policy->transparent_proxies.required_order;
  if (required.empty()) return;
  const bool effective = core.system_known && core.system.effective_order.has_value();
  std::vector<std::string> faults = DeclaredFaults(core);
  if (faults.empty() && effective) faults = EffectiveFaults(core);
  const absl::string_view which = effective ? "effective" : "declared";
  if (!faults.empty()) {
    review.Find("proxy_order_violation", "",
                absl::StrCat("The ", which, " order of transparent proxies is not the required: ",
                             absl::StrJoin(faults, " ")),
                DeclaredText(core));
  }
  review.Check(
      "proxy_order", faults,
      absl::StrCat(effective ? "Effective" : "Declared", " order: ", absl::StrJoin(required, ", "), "."));
  if (!core.system_known || effective || core.installed.proxies.size() < 2) return;
  review.Find("order_unknown", "",
              "In which order transparent proxies see traffic cannot be read: the declared order is checked",
              DeclaredText(core));
}

void ReviewOrderKeys(const Core& core, Review& review) {
  const std::vector<ProxyFacts>& proxies = core.installed.proxies;
  if (!core.policy->transparent_proxies.require_order_key.value_or(proxies.size() >= 2)) return;
  std::vector<std::string> faults;
  std::map<int64_t, std::vector<std::string>> by_order;
  for (const ProxyFacts& proxy : proxies) {
    if (proxy.order_state == OrderState::kValid) {
      by_order[proxy.order].push_back(proxy.bundle_id);
      continue;
    }
    faults.push_back(absl::StrCat(proxy.bundle_id, " declares ", OrderText(proxy), "."));
    review.Find("proxy_order_missing", proxy.bundle_id, faults.back(), DeclaredText(core));
  }
  for (const auto& [order, bundles] : by_order) {
    if (bundles.size() < 2) continue;
    faults.push_back(absl::StrCat(absl::StrJoin(bundles, " and "), " declare the same Order ", order, "."));
    review.Find("proxy_order_conflict", absl::StrJoin(bundles, ","), faults.back(), DeclaredText(core));
  }
  review.Check("proxy_order_key", faults,
               absl::StrCat("Each of ", proxies.size(), " transparent proxies declares its own Order."));
}

void ReviewDnsProxy(const Core& core, const std::string& bundle_id, Review& review) {
  const auto is_it = [&](const DnsProxyFacts& proxy) { return proxy.bundle_id == bundle_id; };
  const auto& all = core.system.dns_proxies;
  const auto found = std::find_if(all.begin(), all.end(), is_it);
  std::vector<std::string> faults;
  if (found == all.end()) {
    faults.push_back("It is not installed.");
  } else if (!found->enabled) {
    faults.push_back("It is disabled.");
  }
  if (!faults.empty()) {
    review.Find("dns_proxy_missing", bundle_id, absl::StrCat("DNS proxy ", bundle_id, ": ", faults[0]),
                absl::StrCat("installed=", absl::StrJoin(all, ",", [](std::string* out, const auto& proxy) {
                               absl::StrAppend(out, proxy.bundle_id);
                             })));
  }
  review.Check(absl::StrCat("dns_proxy:", bundle_id), faults, "It is installed and enabled.");
}

}  // namespace

void ReviewProxies(const Core& core, Review& review) {
  review.Own({"proxy_order_violation", "proxy_order_missing", "proxy_order_conflict", "order_unknown",
              "dns_proxy_missing"});
  ReviewRequiredOrder(core, review);
  ReviewOrderKeys(core, review);
  if (!core.system_known) return;
  for (const RequiredDnsProxy& required : core.policy->dns_proxies) {
    ReviewDnsProxy(core, required.bundle_identifier, review);
  }
}

}  // namespace holdfast::engine
