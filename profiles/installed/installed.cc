#include "profiles/installed/installed.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace holdfast::profiles {
namespace {

template <class T>
void Append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// The last installed profile of each identifier, in order of installation.
std::vector<const Profile*> Effective(const std::vector<Profile>& profiles) {
  std::vector<const Profile*> result;
  for (const Profile& profile : profiles) {
    std::erase_if(result, [&](const Profile* earlier) { return earlier->identifier == profile.identifier; });
    result.push_back(&profile);
  }
  return result;
}

// Two profiles may carry the same payload UUID; macOS keeps one configuration for it, and so do we: the
// earlier.
void KeepOneServicePerId(InstalledFacts& facts) {
  std::map<Uuid, ServiceFacts> by_id;
  for (ServiceFacts& service : facts.services) {
    const auto [it, fresh] = by_id.try_emplace(service.id, service);
    if (fresh) continue;
    facts.findings.push_back(
        {"duplicate-payload-uuid", service.profile_identifier,
         absl::StrCat("the VPN payload '", service.name, "' has the PayloadUUID ", service.id.ToString(),
                      " of '", it->second.name, "' in the profile '", it->second.profile_identifier,
                      "', so only one of them exists; give each payload a UUID of its own")});
  }
  facts.services.clear();
  for (auto& [id, service] : by_id) facts.services.push_back(std::move(service));
}

void SortProxies(std::vector<ProxyFacts>& proxies) {
  const auto key = [](const ProxyFacts& proxy) {
    const bool valid = proxy.order_state == OrderState::kValid;
    return std::tuple(!valid, valid ? proxy.order : 0, proxy.bundle_id, proxy.profile_identifier, proxy.name);
  };
  std::sort(proxies.begin(), proxies.end(),
            [&](const ProxyFacts& a, const ProxyFacts& b) { return key(a) < key(b); });
}

// Order matters only between proxies: one alone may leave it out.
void FindOrderFlaws(InstalledFacts& facts) {
  if (facts.proxies.size() < 2) return;
  std::map<int64_t, const ProxyFacts*> by_order;
  for (const ProxyFacts& proxy : facts.proxies) {
    if (proxy.order_state == OrderState::kMissing) {
      facts.findings.push_back(
          {"proxy-order-missing", proxy.profile_identifier,
           absl::StrCat("the transparent proxy '", proxy.name, "' (", proxy.bundle_id, ") is one of ",
                        facts.proxies.size(),
                        " installed and declares no Order, so nothing says which one sees traffic first; add "
                        "TransparentProxy.Order as an <integer>")});
    }
    if (proxy.order_state != OrderState::kValid) continue;
    const auto [it, fresh] = by_order.emplace(proxy.order, &proxy);
    if (fresh) continue;
    facts.findings.push_back(
        {"proxy-order-equal", proxy.profile_identifier,
         absl::StrCat("the transparent proxies ", it->second->bundle_id, " (profile '",
                      it->second->profile_identifier, "') and ", proxy.bundle_id, " both declare Order ",
                      proxy.order, ", so their order is undefined; give each a number of its own")});
  }
}

}  // namespace

InstalledFacts Combine(const std::vector<Profile>& profiles) {
  InstalledFacts facts;
  for (const Profile* profile : Effective(profiles)) {
    Append(facts.services, profile->services);
    Append(facts.proxies, profile->proxies);
    Append(facts.filters, profile->filters);
    Append(facts.findings, profile->findings);
  }
  KeepOneServicePerId(facts);
  SortProxies(facts.proxies);
  FindOrderFlaws(facts);
  return facts;
}

SystemFacts CombineSystem(const std::vector<Profile>& profiles) {
  SystemFacts facts;
  for (const Profile* profile : Effective(profiles)) {
    facts.configurations.push_back({profile->identifier, Provenance::kProfile, /*managed=*/true});
    Append(facts.dns_proxies, profile->dns_proxies);
    Append(facts.postures, profile->postures);
  }
  return facts;
}

}  // namespace holdfast::profiles
