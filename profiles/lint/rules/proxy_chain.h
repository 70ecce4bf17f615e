// The transparent proxies of one Mac in the order that their profiles declare, and one that would be clear.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {

struct ChainLink {
  const PayloadView* payload = nullptr;
  std::string bundle_id, name;
  Spot order_spot;               // of Order, or of where it is to be
  std::optional<int64_t> order;  // nothing: missing, mistyped or out of range
  bool missing = false;          // no Order at all
  size_t position = 0;           // among the files' payloads
  int64_t clear_order = 0;       // a number of its own that keeps the declared order
};

// Lower numbers come first; those without one come last, in the order of files. `clear_order` is set.
std::vector<ChainLink> ProxyChain(const Fleet& fleet);

// "1 com.a (a.mobileconfig), 1 com.b (b.mobileconfig), no Order com.c (c.mobileconfig)".
std::string ChainText(const std::vector<ChainLink>& chain);

// The edits that give each link its clear order: "set TransparentProxy.Order to <integer>2</integer> in
// 'b.mobileconfig' (line 30)". Empty when none is needed.
std::string ChainEdits(const std::vector<ChainLink>& chain);

}  // namespace holdfast::lint
