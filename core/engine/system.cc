#include "core/engine/system.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/engine/changes.h"

namespace holdfast::engine {
namespace {

// An app that is denied its save says so at each try; without a word for this long it has given up.
constexpr absl::Duration kLogFindingLasts = absl::Hours(1);

std::string ProfileOfProxy(const Core& core, const std::string& bundle_id) {
  for (const ProxyFacts& proxy : core.installed.proxies) {
    if (absl::StartsWith(proxy.bundle_id, bundle_id)) return proxy.profile_identifier;
  }
  return "";
}

}  // namespace

void Remember(Core& core, const SystemFacts& system) {
  for (const ConfigurationFacts& configuration : system.configurations) {
    if (configuration.managed) core.managed_before.insert(configuration.identifier);
  }
}

void Remember(Core& core, const SelfCheck& check) {
  if (check.of == kInstallation) return;
  for (const SelfCheck::Part& part : check.parts) {
    if (part.ok) core.capabilities_seen.insert(absl::StrCat(check.of, ":", part.name));
  }
}

void OnSystem(Core& core, Turn& turn, const SystemFacts& system) {
  if (core.system_known && system == core.system) return;
  turn.Row(system);
  const std::optional<SystemFacts> before = core.system_known ? core.system : core.recalled.system;
  if (before) {
    for (std::string& what : Differences(*before, system)) {
      core.incidents.changes().Note(turn.mono(), std::move(what));
    }
  }
  core.system = system;
  core.system_known = true;
  Remember(core, system);
  ++core.reviews_due;
}

void OnServerContact(Core& core, Turn& turn, const ServerContact& contact) {
  if (core.contact && core.contact->facts.reachable == contact.reachable) return;
  turn.Row(contact);
  core.contact = Contact{contact, turn.mono()};
}

void OnLogFinding(Core& core, Turn& turn, const LogFinding& finding) {
  if (finding.what != LogFinding::What::kProxySaveDenied) return;
  const bool again = core.saves_denied.contains(finding.subject);
  core.saves_denied[finding.subject] = turn.mono();
  if (again) return;
  turn.Row(finding);
  const std::string profile = ProfileOfProxy(core, finding.subject);
  core.incidents.Open(
      turn, "proxy_save_denied", finding.subject,
      absl::StrCat(
          finding.subject, " may not save its transparent proxy",
          profile.empty() ? "" : absl::StrCat(", because the profile ", profile, " manages its Order")),
      absl::StrCat("profile=", profile, "; log=", finding.text));
}

void OnSelfCheck(Core& core, Turn& turn, const SelfCheck& check) {
  const auto known = core.self_checks.find(check.of);
  if (known != core.self_checks.end() && known->second == check) return;
  turn.Row(check);
  core.self_checks[check.of] = check;
  for (const SelfCheck::Part& part : check.parts) {
    if (check.of == kSessionBackend && part.name == kOnBehalfOfUser) core.plain_starts = !part.ok;
  }
  Remember(core, check);
  ++core.reviews_due;
}

void ForgetLogFindings(Core& core, Turn& turn) {
  for (auto it = core.saves_denied.begin(); it != core.saves_denied.end();) {
    const MonoTime until = it->second + kLogFindingLasts;
    if (turn.mono() < until) {
      turn.WakeAt(until);
      ++it;
      continue;
    }
    core.incidents.Close(turn, "proxy_save_denied", it->first, "no such line for an hour");
    it = core.saves_denied.erase(it);
  }
}

}  // namespace holdfast::engine
