#include "core/engine/changes.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/maps.h"

namespace holdfast::engine {
namespace {

// What is installed, by the profile that brought it, as values that can be compared.
struct Contents {
  std::vector<ServiceFacts> services;
  std::vector<ProxyFacts> proxies;
  std::vector<FilterFacts> filters;
  std::vector<ProfileFinding> findings;
  friend bool operator==(const Contents&, const Contents&) = default;
};

std::map<std::string, Contents> ByProfile(const InstalledFacts& facts) {
  std::map<std::string, Contents> all;
  for (const ServiceFacts& service : facts.services) {
    all[service.profile_identifier].services.push_back(service);
  }
  for (const ProxyFacts& proxy : facts.proxies) all[proxy.profile_identifier].proxies.push_back(proxy);
  for (FilterFacts filter : facts.filters) {
    filter.running.reset();  // its process is not its profile
    all[filter.profile_identifier].filters.push_back(filter);
  }
  for (const ProfileFinding& finding : facts.findings) all[finding.profile].findings.push_back(finding);
  return all;
}

std::map<std::string, std::string> Versions(const InstalledFacts& facts) {
  std::map<std::string, std::string> versions;
  for (const ExtensionFacts& extension : facts.extensions) {
    if (!IsLeaving(extension)) versions[extension.bundle_id] = extension.version;
  }
  return versions;
}

void AddFilterProcesses(const InstalledFacts& before, const InstalledFacts& now,
                        std::vector<std::string>& all) {
  for (const FilterFacts& filter : now.filters) {
    for (const FilterFacts& earlier : before.filters) {
      if (earlier.bundle_id != filter.bundle_id || earlier.running == filter.running || !filter.running)
        continue;
      all.push_back(absl::StrCat("filter ", filter.bundle_id, *filter.running ? " started" : " ended"));
    }
  }
}

}  // namespace

std::vector<ExtensionChange> ChangedExtensions(const InstalledFacts& before, const InstalledFacts& now) {
  const auto was = Versions(before), is = Versions(now);
  std::vector<ExtensionChange> changes;
  for (const std::string& bundle : KeysOfBoth(was, is)) {
    const auto from = was.find(bundle), to = is.find(bundle);
    ExtensionChange change{bundle, from == was.end() ? "" : from->second, to == is.end() ? "" : to->second};
    if (change.from != change.to) changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<std::string> Differences(const InstalledFacts& before, const InstalledFacts& now) {
  std::vector<std::string> all;
  for (const ExtensionChange& change : ChangedExtensions(before, now)) {
    if (change.from.empty()) {
      all.push_back(absl::StrCat("extension ", change.bundle_id, " ", change.to, " installed"));
    } else if (change.to.empty()) {
      all.push_back(absl::StrCat("extension ", change.bundle_id, " ", change.from, " removed"));
    } else {
      all.push_back(absl::StrCat("extension ", change.bundle_id, " ", change.from, " -> ", change.to));
    }
  }
  const auto was = ByProfile(before), is = ByProfile(now);
  for (const std::string& profile : KeysOfBoth(was, is)) {
    const auto from = was.find(profile), to = is.find(profile);
    if (from != was.end() && to != is.end() && from->second == to->second) continue;
    all.push_back(absl::StrCat("profile ", profile,
                               from == was.end() ? " installed"
                               : to == is.end()  ? " removed"
                                                 : " changed"));
  }
  AddFilterProcesses(before, now, all);
  if (all.empty()) all.push_back("installed profiles changed");
  return all;
}

std::vector<std::string> Differences(const SystemFacts& before, const SystemFacts& now) {
  std::vector<std::string> all;
  for (const std::string& volume : now.xsan_volumes) {
    if (std::count(before.xsan_volumes.begin(), before.xsan_volumes.end(), volume) == 0) {
      all.push_back(absl::StrCat("volume ", volume, " mounted"));
    }
  }
  if (before.postures != now.postures) all.push_back("a VPN configuration changed");
  std::map<std::string, ConfigurationFacts> was, is;
  for (const ConfigurationFacts& c : before.configurations) was[c.identifier] = c;
  for (const ConfigurationFacts& c : now.configurations) is[c.identifier] = c;
  for (const std::string& identifier : KeysOfBoth(was, is)) {
    const auto from = was.find(identifier), to = is.find(identifier);
    if (from != was.end() && to != is.end() && from->second == to->second) continue;
    all.push_back(absl::StrCat("configuration ", identifier,
                               from == was.end() ? " appeared"
                               : to == is.end()  ? " vanished"
                                                 : " changed hands"));
  }
  return all;
}

std::string Difference(const PathFacts& before, const PathFacts& now) {
  if (!now.satisfied) return "network lost";
  return before.satisfied && before.network_id == now.network_id ? "network interface changed"
                                                                 : "network changed";
}

}  // namespace holdfast::engine
