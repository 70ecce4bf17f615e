// Who depends on which key: counted over the fleet, and put into words for the admin who wants to take the
// next step. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/service/key_ring.h"
#include "storage/fleet/records.h"

namespace holdfast::server {

// How many, and the first of them by name.
struct Named {
  using Names = std::vector<std::pair<int64_t, std::string>>;  // in their order
  static constexpr int kFirst = 3;
  int count = 0;
  Names first;
  void Add(const std::string& name);
  void Add(int more, const Names& first_of_them);
};

struct KeyUse {
  int trusted_by = 0;
  Named without;         // devices that did not say that they trust it
  Named recent_without;  // of those, not missing
  Named pinned_without;  // of those, whose policy keys are pinned on the device
  Named certificates, bundles, code_keys;
  Named tokens, orders;
};

class KeyUses {
 public:
  KeyUses(KeyRing ring, ServerTime now) : ring_(std::move(ring)), now_(now) {}

  // Each with the first Named::kFirst names, and missing as of now - kMissingAfter.
  void Add(const fleet::KeyHolders& devices);
  void AddToken(const fleet::EnrollmentToken& token);
  void AddOrder(uint64_t number, ServerTime issued);

  int devices() const { return devices_; }
  const KeyUse& Of(const std::string& id) const;
  // Sentences that say what the next step of this key waits for; empty when it may be taken. Of a next key:
  // what keeps it from becoming current by itself.
  std::vector<std::string> WaitingFor(const RingKey& key) const;
  // The part of that which a step asked for by hand does not ignore.
  std::vector<std::string> RefusedBy(const RingKey& key) const;

 private:
  // When the key stopped to be the current one; nothing while it is.
  std::optional<ServerTime> ReplacedAt(KeyKind kind) const;
  std::vector<std::string> HeldBy(const RingKey& retiring) const;
  std::string PinnedWithout(const RingKey& next) const;

  KeyRing ring_;
  ServerTime now_;
  int devices_ = 0;
  std::map<std::string, KeyUse> uses_;
};

}  // namespace holdfast::server
