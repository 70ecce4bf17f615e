#include "sim/system_state.h"

#include <algorithm>

namespace holdfast::sim {
namespace {

constexpr char kWaitsForReboot[] = "terminated waiting to uninstall on reboot";

}  // namespace

SystemFacts SystemState::Facts(SystemFacts declared, const InstalledFacts& installed) const {
  std::erase_if(declared.configurations,
                [&](const ConfigurationFacts& c) { return gone_configurations.contains(c.identifier); });
  for (ConfigurationFacts& configuration : declared.configurations) {
    if (!unmanaged_configurations.contains(configuration.identifier)) continue;
    configuration.managed = false;
    configuration.provenance = Provenance::kApp;
  }
  declared.unread.assign(unread.begin(), unread.end());
  declared.xsan_volumes.assign(xsan_volumes.begin(), xsan_volumes.end());
  std::set<std::string> told;
  for (const ExtensionFacts& extension : installed.extensions) {
    if (!told.insert(extension.bundle_id).second) continue;
    const auto fate = fates.find(extension.bundle_id);
    const ExtensionFate is = fate == fates.end() ? ExtensionFate{} : fate->second;
    declared.extensions.push_back({extension.bundle_id, is.running, is.removable, is.error, is.error_text});
  }
  // An activation that failed leaves nothing in the list.
  for (const auto& [bundle, fate] : fates) {
    if (fate.error == 0 || !told.insert(bundle).second) continue;
    declared.extensions.push_back({bundle, false, std::nullopt, fate.error, fate.error_text});
  }
  if (!order_readable) return declared;
  declared.effective_order = effective_order;
  if (!effective_order.empty()) return declared;
  for (const ProxyFacts& proxy : installed.proxies) declared.effective_order->push_back(proxy.bundle_id);
  return declared;
}

std::vector<ExtensionFacts> SystemState::List(const std::vector<ExtensionFacts>& extensions) const {
  std::vector<ExtensionFacts> list;
  for (const ExtensionFacts& extension : extensions) {
    const auto found = fates.find(extension.bundle_id);
    if (found == fates.end()) {
      list.push_back(extension);
      continue;
    }
    const ExtensionFate& fate = found->second;
    if (!fate.old_version.empty()) {
      list.push_back({extension.team_id, extension.bundle_id, fate.old_version, kWaitsForReboot});
    }
    if (!fate.absent) list.push_back({extension.team_id, extension.bundle_id, extension.version, fate.state});
  }
  return list;
}

SelfCheck SystemState::Installation() const {
  SelfCheck check{kInstallation, {}};
  for (const char* part : {"configuration", "database", "launch_job", "signature"}) {
    const auto found = tampered.find(part);
    check.parts.push_back({part, found == tampered.end(), found == tampered.end() ? "" : found->second});
  }
  return check;
}

}  // namespace holdfast::sim
