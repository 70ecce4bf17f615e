// Which sections of the current state the server already has. A plain value; one executor owns it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::uplink {

class SectionTracker {
 public:
  // Those of `all` that the server does not have as they are.
  std::vector<wire::StateSection> Changed(std::vector<wire::StateSection> all);
  // The server has answered a message that carried these.
  void Delivered(const std::vector<wire::StateSection>& sections);
  // The server has nothing: all are sent again.
  void Forget() { known_.clear(); }
  bool empty() const { return known_.empty(); }

 private:
  struct Seen {
    std::string body;
    Sha256Digest hash{};
  };
  std::map<std::string, Sha256Digest> known_;
  std::map<std::string, Seen> seen_;  // at the last call: hardly any of them is another one the next time
};

inline std::vector<wire::StateSection> SectionTracker::Changed(std::vector<wire::StateSection> all) {
  std::vector<wire::StateSection> changed;
  for (wire::StateSection& section : all) {
    Seen& seen = seen_[section.name];
    if (seen.hash == Sha256Digest{} || seen.body != section.body) seen = {section.body, Sha256(section.body)};
    section.hash = seen.hash;
    const auto it = known_.find(section.name);
    if (it == known_.end() || it->second != section.hash) changed.push_back(std::move(section));
  }
  return changed;
}

inline void SectionTracker::Delivered(const std::vector<wire::StateSection>& sections) {
  for (const wire::StateSection& section : sections) known_[section.name] = section.hash;
}

}  // namespace holdfast::uplink
