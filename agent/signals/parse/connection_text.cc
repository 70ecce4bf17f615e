#include "agent/signals/parse/connection_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

// "[C723.1.1:1] ..." -> "C723.1.1"; the number behind the colon is the protocol instance's. Empty when the
// message names no connection.
absl::string_view ConnectionOf(absl::string_view message) {
  for (size_t at = message.find("[C"); at != absl::string_view::npos; at = message.find("[C", at + 1)) {
    absl::string_view id = message.substr(at + 1);
    id = id.substr(0, std::min(id.find_first_of("] :"), id.size()));
    const bool numbered = id.size() > 1 && absl::ascii_isdigit(static_cast<unsigned char>(id[1]));
    if (numbered && id.find_first_not_of("0123456789.", 1) == absl::string_view::npos) return id;
  }
  return {};
}

// "en0", "utun4", "pdp_ip0"
bool IsInterface(absl::string_view name) {
  const size_t digits = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  return digits != 0 && digits != absl::string_view::npos &&
         name.find_first_not_of("0123456789", digits) == absl::string_view::npos;
}

// Behind the connection's id; empty when none is named.
absl::string_view InterfaceOf(absl::string_view message) {
  constexpr absl::string_view kMark = "interface: ";
  const size_t at = message.find(kMark);
  if (at == absl::string_view::npos) return {};
  const absl::string_view rest = message.substr(at + kMark.size());
  const absl::string_view name = rest.substr(0, std::min(rest.find_first_of(",[] )"), rest.size()));
  return IsInterface(name) ? name : absl::string_view();
}

}  // namespace

Reading ReadConnectionMessage(LogEvent& event) {
  const absl::string_view message = event.line.message;
  const absl::string_view connection = ConnectionOf(message);
  if (connection.empty()) return Reading::kNotKnown;
  event.interface_name = InterfaceOf(message);
  const bool necp = absl::StrContains(message, "SO_NECP_ATTRIBUTES");
  // Whose connection it is must be told: numbers of connections are each process's own.
  if (event.line.process.empty() || (!necp && event.interface_name.empty())) return Reading::kNotKnown;
  event.connection = connection;
  event.text = message;
  event.fact = necp ? LogFact::kConnectionAttributes : LogFact::kConnectionInterface;
  return Reading::kFact;
}

}  // namespace holdfast::parse
