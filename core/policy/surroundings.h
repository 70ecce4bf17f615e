// What the policy says about the world around a tunnel: probes through it, portals before it, networks on
// which it is not needed, and what it must carry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/endpoint.h"

namespace holdfast {

// One of `tcp`, `https` and `dns` is given.
struct Probe {
  enum class Kind : uint8_t { kTcp, kHttps, kDns };
  Endpoint tcp;
  std::string https;                // URL
  std::optional<int> https_status;  // what it must answer; unset: 200
  std::vector<std::string> spki;    // SHA-256 of the key it must have, in hex; empty: the system's CAs decide
  std::string dns;                  // a name
  std::string dns_server;           // an address; empty: the resolver that the system uses
  std::string dns_answer;           // an address that must be among the answers; empty: any answer
  Kind kind() const;
  std::string Target() const;  // "tcp:HOST:PORT", "https://HOST/PATH", "dns:NAME@SERVER"
  // Whose failure it would be: probes of one host are not independent.
  std::string Host() const;
  friend bool operator==(const Probe&, const Probe&) = default;
};

enum class LivenessAction : uint8_t { kReport, kRestart };

struct Liveness {
  std::vector<Probe> probes;
  absl::Duration interval = absl::Seconds(15);
  absl::Duration timeout = absl::Seconds(5);
  absl::Duration fail_after = absl::Seconds(45);
  LivenessAction action = LivenessAction::kReport;
  // How many different hosts its probes ask.
  size_t IndependentTargets() const;
};

enum class CaptiveAction : uint8_t { kHold, kNotify, kNone };

// A page whose answer is known: any other answer comes from somebody in between.
struct PortalProbe {
  std::string url;
  int status = 204;
  std::string contains;  // in the body; empty: anything
  friend bool operator==(const PortalProbe&, const PortalProbe&) = default;
};

struct CaptivePortal {
  CaptiveAction action = CaptiveAction::kHold;
  absl::Duration hold_timeout = absl::Minutes(5);
  int max_holds_per_network_per_day = 3;
  // The pages that macOS and Android ask for the same purpose.
  std::vector<PortalProbe> probes = {
      {"http://captive.apple.com/hotspot-detect.html", 200, "Success"},
      {"http://connectivitycheck.gstatic.com/generate_204", 204, ""},
  };
};

// How long the beacon of a network has to answer.
inline constexpr absl::Duration kBeaconTimeout = absl::Seconds(5);

// A network that proves itself with a TLS server only it has. The other fields are hints: they can say that
// it is not this network, never that it is.
struct TrustedNetwork {
  std::string name;
  Endpoint beacon;
  std::vector<std::string> spki;  // SHA-256 in hex; several while a key is renewed
  std::string dns_domain;
  std::string dns_server;
  std::string gateway_mac;
  std::string ssid;
};

enum class TrustedAction : uint8_t { kConnect, kDisconnect, kPause, kIgnore };
enum class UntrustedAction : uint8_t { kConnect, kIgnore };

enum class CoverageItem : uint8_t {
  kDefaultRouteIpv4,
  kDefaultRouteIpv6,
  kResolvers,
  kNoUnmanagedVpn,
  kNoPrivateRelay
};

// Scheme, host, port and path of an http or https URL.
struct Url {
  bool tls = false;
  Endpoint endpoint;
  std::string path = "/";  // with its query
};
// False for anything else, for credentials inside and for characters that do not belong there.
bool ParseUrl(absl::string_view text, Url* url);
// False unless the text is HOST:PORT with a port that can be asked.
bool ParseEndpoint(absl::string_view text, Endpoint* endpoint);
// 64 hexadecimal digits.
bool IsSha256Hex(absl::string_view text);

}  // namespace holdfast
