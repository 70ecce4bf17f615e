// What a rule found, and where. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/lint/rule.h"

namespace holdfast::lint {

// A place in a file.
struct Place {
  std::string file;
  uint32_t line = 0;     // 0: not known, as in a binary file
  std::string key_path;  // "PayloadContent[0].TransparentProxy.Order"; empty: the whole file
  friend bool operator==(const Place&, const Place&) = default;
};

struct Finding {
  const Rule* rule = nullptr;  // never null
  Severity severity = Severity::kWarning;
  Place place;
  std::string profile;          // the file's top-level PayloadIdentifier, a bundle's identifier, or empty
  std::string payload_type;     // "com.apple.vpn.managed"; empty: of the whole file
  std::string subject;          // "VPN payload 'Corp'"
  std::string what;             // the evidence, a clause without a full stop
  std::string fix;              // the rule's, or one that knows more
  std::vector<Place> related;   // where else to look: the other file
  std::string allowed_because;  // not empty: silenced, for this reason
  bool together = false;        // of all profiles of a Mac, not of this one alone
};

// In the order of reading: by file, line, rule.
bool ReadsBefore(const Finding& a, const Finding& b);

}  // namespace holdfast::lint
