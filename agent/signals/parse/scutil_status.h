// `scutil --nc status`, `statistics`, `show` and `ondemand`: all print a heading and a dictionary.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "agent/signals/parse/sc_dictionary.h"
#include "agent/signals/parse/scutil_list.h"
#include "agent/signals/parse/text_lines.h"
#include "core/facts.h"

namespace holdfast::parse {

// One leaf of the dictionary.
struct ScFact {
  std::string path;     // "IPv4.Addresses.0"
  std::string value;    // as printed; empty for a secret
  std::string meaning;  // of a number: "Connected"
  bool secret = false;  // there is one; what it is is not kept
  friend bool operator==(const ScFact&, const ScFact&) = default;
};

// What one run of the tool printed.
struct ScutilReport {
  enum class What : uint8_t { kStatus, kStatistics, kShow, kOnDemand, kRefusal };
  What what = What::kStatus;
  size_t line = 0;                       // where it begins
  std::string word;                      // kStatus: "Connected"; kRefusal: the sentence
  std::optional<SessionStatus> status;   // of the word
  std::optional<ScutilService> service;  // kShow
  std::vector<ScFact> facts;
  bool cut = false;  // the dictionary's end is missing

  // Of the tunnel itself: not that of its excluded routes. Empty when there is none.
  std::string interface_name;
  std::string server_address;
  std::optional<SessionStatus> ne_status;
  std::optional<int> session_state;
  std::optional<int> last_stop_reason;  // ne_session's number
  // Without a zone: the Mac's own. Nothing when it was not printed.
  std::optional<absl::CivilSecond> last_change;
};
absl::string_view ScutilWhatName(ScutilReport::What what);  // "status"

struct ScutilOutput {
  std::vector<ScutilReport> reports;
  std::vector<OddLine> odd;
};

// INVALID_ARGUMENT when nothing in it is of those commands.
absl::StatusOr<ScutilOutput> ReadScutilStatus(absl::string_view text);

}  // namespace holdfast::parse
