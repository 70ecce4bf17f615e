// One configuration profile as the agent sees it: what it declares. What is wrong with it, profiles/lint
// says. Plain values; secrets were dropped when the file was parsed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/facts.h"
#include "core/system_facts.h"
#include "profiles/mobileconfig/source.h"

namespace holdfast::profiles {

// A payload of any type, by its public keys alone.
struct Payload {
  std::string type;  // "com.apple.vpn.managed"
  std::string identifier;
  std::string uuid;  // as written; may be empty or no UUID at all
  std::string display_name;
  friend bool operator==(const Payload&, const Payload&) = default;
};

// One bundle identifier that a com.apple.system-extension-policy payload allows.
struct AllowedExtension {
  std::string team_id;
  std::string bundle_id;  // empty: every extension of the team
  friend bool operator==(const AllowedExtension&, const AllowedExtension&) = default;
};

// Compares what it points to. Never changed once a profile has it; null in one that was not read.
struct SharedSource {
  std::shared_ptr<const ProfileSource> pointer;
  const ProfileSource* operator->() const { return pointer.get(); }
  friend bool operator==(const SharedSource& a, const SharedSource& b) {
    return a.pointer == b.pointer || (a.pointer && b.pointer && *a.pointer == *b.pointer);
  }
};

struct Profile {
  std::string identifier;  // top-level PayloadIdentifier: installing the same one again replaces
  std::string uuid;
  std::string display_name;
  ProfileScope scope = ProfileScope::kSystem;
  bool scope_declared = false;
  bool is_signed = false;         // CMS-signed; whether to trust the signer is not decided here
  std::string signer;             // the signer's common name, as the certificate claims it
  std::vector<Payload> payloads;  // in the file's order
  std::vector<ServiceFacts> services;
  std::vector<ProxyFacts> proxies;
  std::vector<FilterFacts> filters;
  std::vector<DnsProxyFacts> dns_proxies;
  std::vector<PostureFacts> postures;  // of `services`
  std::vector<AllowedExtension> allowed_extensions;
  SharedSource source;  // what all of this was read from, for rules that want to see more
  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace holdfast::profiles
