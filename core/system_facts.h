// What the agent knows about the system around the sessions: who manages what, whether extensions are well,
// what the log said, and whether the agent itself is as it was installed. Plain values, as in facts.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace holdfast {

// Whose a configuration is. Since macOS 27 a VPN or filter may come from a declaration: absence from the
// profiles alone proves nothing.
enum class Provenance : uint8_t { kUnknown = 0, kProfile = 1, kDeclaration = 2, kApp = 3 };

struct ConfigurationFacts {
  std::string identifier;  // the profile's or the declaration's; the owner's bundle id for an app's
  Provenance provenance = Provenance::kUnknown;
  bool managed = false;  // MDM installed it
  friend bool operator==(const ConfigurationFacts&, const ConfigurationFacts&) = default;
};

// What the extension list of InstalledFacts does not say.
struct ExtensionHealth {
  std::string bundle_id;
  std::optional<bool> running;    // nothing when it cannot be told
  std::optional<bool> removable;  // by a person; nothing when it cannot be told
  int error = 0;                  // of the last activation, in OSSystemExtensionErrorDomain; 0: none
  std::string error_text;         // the log's sentence
  friend bool operator==(const ExtensionHealth&, const ExtensionHealth&) = default;
};

struct DnsProxyFacts {
  std::string bundle_id;
  std::string name;
  std::string profile_identifier;
  bool enabled = true;
  friend bool operator==(const DnsProxyFacts&, const DnsProxyFacts&) = default;
};

// Whether traffic is held back while the tunnel is down. Nothing where it cannot be told.
struct PostureFacts {
  Uuid service;
  std::optional<bool> include_all_networks;
  std::optional<bool> enforce_routes;
  friend bool operator==(const PostureFacts&, const PostureFacts&) = default;
};

// Read together, as InstalledFacts is.
struct SystemFacts {
  std::vector<ConfigurationFacts> configurations;
  std::vector<std::string> unread;  // sources of configurations that could not be read: "declarations"
  std::vector<ExtensionHealth> extensions;
  std::vector<DnsProxyFacts> dns_proxies;
  std::vector<PostureFacts> postures;
  std::vector<std::string> xsan_volumes;  // mounted, by path
  // Bundle ids of transparent proxies in the order in which they see traffic; nothing when it cannot be read.
  std::optional<std::vector<std::string>> effective_order;
  friend bool operator==(const SystemFacts&, const SystemFacts&) = default;
};

// Whether the agent's own server is reached.
struct ServerContact {
  std::string server;  // HOST:PORT
  bool reachable = false;
  std::string error;
  friend bool operator==(const ServerContact&, const ServerContact&) = default;
};

// A line of the unified log that says something by itself.
struct LogFinding {
  enum class What : uint8_t { kUnknown = 0, kProxySaveDenied = 1 };
  What what = What::kUnknown;
  std::string subject;  // the bundle id it is about
  std::string text;     // the sentence
  friend bool operator==(const LogFinding&, const LogFinding&) = default;
};

// The agent's look at itself. `of` "installation": parts "launch_job", "signature", "configuration",
// "database"; any other: capabilities of that part of the agent, by name.
struct SelfCheck {
  struct Part {
    std::string name;
    bool ok = true;
    std::string detail;
    friend bool operator==(const Part&, const Part&) = default;
  };
  std::string of;
  std::vector<Part> parts;
  friend bool operator==(const SelfCheck&, const SelfCheck&) = default;
};
inline constexpr char kInstallation[] = "installation";
inline constexpr char kSessionBackend[] = "session";
// The capability of a session back end to start a service with the credentials of a user.
inline constexpr char kOnBehalfOfUser[] = "on_behalf_of_user";

}  // namespace holdfast
