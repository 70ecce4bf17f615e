#include "tests/simulation/policies.h"

#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"

namespace holdfast::simulation {
namespace {

// Of kPasscode, at the least cost that is taken.
constexpr char kPasscodeHash[] =
    "scrypt:10:c2ltdWxhdGVkIHBlb3BsZQ==:sXbzkgvUcJ3X+g19glm9RpwQF72B+abjMG77YL4G0a0=";

struct Choices {
  const char* mode = "enforce";
  bool allow_disconnect = false;
  int settle = 2, max_delay = 300, per_hour = 30, per_ten_minutes = 10;
  int wake_grace = 60, boot_grace = 120, login_grace = 180;
  int stuck = 150, failed_ladders = 3, max_per_day = 3, heartbeat = 300;
  bool probes = false;
  bool one_of_both = false;  // of the first two services at most one may be up
  const char* on_trusted = "ignore";
  const char* portal = "hold";
  bool setup_hold = true;
  const char* action = "report";
  int percent = 100;
  const char* override_mode = "passcode";
};

std::string Document(uint64_t version, const Choices& c) {
  const char* group = c.one_of_both ? ", conflictGroup: tunnels" : "";
  return absl::StrCat(
      "policyVersion: ", version, "\nenforcementMode: ", c.mode,
      "\nservices:\n"
      "  - name: corp\n    match: {name: Corp VPN}\n    authentication: machine\n"
      "    alwaysConnected: {enabled: true",
      group,
      "}\n"
      "  - name: vendor\n    match: {payloadIdentifier: com.example.vpn.vendor}\n    authentication: user\n"
      "    alwaysConnected: {enabled: true, allowDisconnect: ",
      c.allow_disconnect ? "true, reconnectAfter: 5m" : "false", group,
      "}\n"
      "  - name: signin\n    match: {payloadIdentifier: com.example.vpn.signin}\n"
      "    authentication: interactive\n    alwaysConnected: {enabled: true}\n"
      "reconnect:\n  settle: ",
      c.settle, "s\n  maxDelay: ", c.max_delay, "s\n  attemptBudget: {perHour: ", c.per_hour,
      ", perTenMinutes: ", c.per_ten_minutes, "}\nwake: {grace: ", c.wake_grace,
      "s}\nboot: {grace: ", c.boot_grace, "s}\nlogin: {grace: ", c.login_grace,
      "s}\nstuckConnecting: {timeout: ", c.stuck,
      "s}\nremediation: {circuitBreaker: {failedLadders: ", c.failed_ladders,
      "}}\noverride: {mode: ", c.override_mode, ", passcode: '", kPasscodeHash,
      "', maxDuration: 1h, maxPerDay: ", c.max_per_day, "}\nreporting: {heartbeatInterval: ", c.heartbeat,
      "s}\n", "compliance: {actionDelay: 10m, action: ", c.action, "}\ncaptivePortal: {action: ", c.portal,
      "}\nsetup: {hold: ", c.setup_hold ? "true" : "false",
      "}\ntrustedNetworks:\n  - {name: ", kTrustedNetwork, ", beacon: \"beacon.example.com:443\", spki: [\"",
      std::string(64, 'a'), "\"]}\ntrustedNetworkAction: ", c.on_trusted, "\n",
      c.probes ? "liveness: {interval: 60s, probes: [{tcp: \"10.0.0.1:443\"}]}\n" : "",
      "rollout: {percent: ", c.percent, "}\n");
}

}  // namespace

std::string PlainPolicy(uint64_t version) {
  return Document(version, {});
}

std::string SomePolicy(uint64_t version, SplitMix64& random) {
  const auto one_of = [&](auto... values) {
    const std::common_type_t<decltype(values)...> all[] = {values...};
    return all[random.Below(sizeof...(values))];
  };
  Choices c;
  const uint64_t mode = random.Below(10);
  c.mode = mode == 0 ? "audit" : mode == 1 ? "off" : "enforce";
  c.allow_disconnect = random.Below(2) == 0;
  c.settle = one_of(0, 2, 5);
  c.max_delay = one_of(5, 60, 300);
  c.per_hour = one_of(5, 30, 60);
  c.per_ten_minutes = std::min(c.per_hour, one_of(3, 10, 20));
  c.wake_grace = one_of(0, 30, 60);
  c.boot_grace = one_of(0, 60, 120);
  c.login_grace = one_of(0, 60, 180);
  c.stuck = one_of(30, 150);
  c.failed_ladders = one_of(1, 3);
  c.max_per_day = one_of(1, 3, 10);
  c.heartbeat = one_of(60, 300, 900);
  c.probes = random.Below(8) == 0;
  c.one_of_both = random.Below(6) == 0;
  c.on_trusted = one_of("ignore", "connect", "disconnect", "pause");
  c.portal = one_of("hold", "notify", "none");
  c.setup_hold = random.Below(2) == 0;
  c.action = one_of("report", "notify");
  // Some go to a share; by the version, so that what else befalls a seed stays as it is.
  c.percent = version % 3 == 0 ? 50 : 100;
  c.override_mode = one_of("reason", "passcode", "passcode", "admin-code", "none");
  return Document(version, c);
}

}  // namespace holdfast::simulation
