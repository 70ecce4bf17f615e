#include "profiles/installed/installed.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "profiles/lint/lint.h"

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
  for (ServiceFacts& service : facts.services) by_id.try_emplace(service.id, std::move(service));
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

// What stops something of an installed profile from working. Warnings are for whoever writes profiles.
std::vector<ProfileFinding> Flaws(const std::vector<const Profile*>& profiles) {
  std::vector<Profile> together;
  for (const Profile* profile : profiles) together.push_back(*profile);
  std::vector<ProfileFinding> flaws;
  for (const lint::Finding& finding : lint::Check(together, {}, /*together=*/true).findings) {
    if (finding.severity != lint::Severity::kError || !finding.allowed_because.empty()) continue;
    flaws.push_back({std::string(finding.rule->id), finding.profile,
                     absl::StrCat(finding.subject, ": ", finding.what, "; ", finding.fix)});
  }
  return flaws;
}

}  // namespace

InstalledFacts Combine(const std::vector<Profile>& profiles) {
  InstalledFacts facts;
  const std::vector<const Profile*> effective = Effective(profiles);
  for (const Profile* profile : effective) {
    Append(facts.services, profile->services);
    Append(facts.proxies, profile->proxies);
    Append(facts.filters, profile->filters);
  }
  KeepOneServicePerId(facts);
  SortProxies(facts.proxies);
  facts.findings = Flaws(effective);
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
