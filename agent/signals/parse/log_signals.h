// Turns what the log says into what the engine takes: bursts of starts, findings, errors of extensions, and
// who asked for what. Pure: times come from outside.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/signals/parse/log_event.h"
#include "base/time.h"
#include "core/facts.h"
#include "core/start_bursts.h"
#include "core/system_facts.h"

namespace holdfast::parse {

// What one event made known.
struct LogNews {
  std::optional<StartBurst> burst;
  std::optional<LogFinding> finding;
  std::optional<ExtensionHealth> extension;
};

// The last command for a service, and from whom.
struct Asked {
  enum class What : uint8_t { kStart = 0, kStop = 1 };
  What what = What::kStart;
  std::string by;  // "System Settings[312]"; "On Demand" for its own starts
  MonoTime at;
  friend bool operator==(const Asked&, const Asked&) = default;
};

// Not thread-safe. Times never go back within one boot; after a new boot, begin with a new object.
class LogSignals {
 public:
  LogNews Note(const LogEvent& event, MonoTime now);
  const std::map<Uuid, Asked>& asked() const { return asked_; }

  static constexpr size_t kMostServices = 256;  // a Mac has a handful: more is a log gone wrong

 private:
  void NoteAsked(const Uuid& service, Asked asked);

  StartBursts bursts_;
  std::map<Uuid, Asked> asked_;
};

}  // namespace holdfast::parse
