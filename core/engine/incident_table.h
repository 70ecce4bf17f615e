// The open incidents: by name and key at most one.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/engine/turn.h"

namespace holdfast::engine {

// What changed lately: the suspects of an incident.
class RecentChanges {
 public:
  void Note(MonoTime at, std::string what);                       // in order of time
  std::string Within(MonoTime now, absl::Duration window) const;  // "what 12s ago; what 3m 05s ago"

 private:
  std::deque<std::pair<MonoTime, std::string>> changes_;
};

class IncidentTable {
 public:
  // Records the incident unless it is open. True when it was opened. Severity comes from the registry.
  bool Open(Turn& turn, absl::string_view name, absl::string_view key, std::string summary,
            std::string evidence = "");
  void Close(Turn& turn, absl::string_view name, absl::string_view key, absl::string_view reason);
  // Closes every open one of `name` whose key is not in `keep`.
  void CloseOthers(Turn& turn, absl::string_view name, const std::vector<std::string>& keep,
                   absl::string_view reason);
  bool IsOpen(absl::string_view name, absl::string_view key) const;
  bool AnyOpen(absl::string_view name) const;  // under any key
  std::vector<OpenIncident> All() const;       // in order of opening

  void RecallOpened(const Stamp& at, uint64_t seq, const IncidentOpened& incident);
  void RecallClosed(const IncidentClosed& incident);

  RecentChanges& changes() { return changes_; }

 private:
  struct Entry {
    OpenIncident open;
    uint64_t order = 0;
    uint64_t seq = 0;  // of its row where it was recalled
  };
  using Id = std::pair<std::string, std::string>;
  void Erase(Turn& turn, std::map<Id, Entry>::iterator entry, absl::string_view reason);
  std::map<Id, Entry> open_;
  uint64_t opened_ = 0;
  RecentChanges changes_;
};

}  // namespace holdfast::engine
