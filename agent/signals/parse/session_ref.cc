#include "agent/signals/parse/session_ref.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

constexpr absl::string_view kPrefix = "NESM";

// The class before a bracket: "NESMVPNSession". Names of states and methods are no such thing.
size_t ClassLength(absl::string_view text) {
  size_t length = kPrefix.size();
  while (length < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[length]))) ++length;
  const bool session = absl::EndsWith(text.substr(0, length), "Session");
  return session && length < text.size() && text[length] == '[' ? length : 0;
}

absl::string_view WithoutKind(absl::string_view name) {
  absl::ConsumePrefix(&name, "Primary Tunnel:");
  return name;
}

// "NAME:UUID]" and "NAME:UUID:(null)]": gives what follows.
bool EndAtUuid(absl::string_view inside, SessionRef& session, absl::string_view& after) {
  for (size_t colon = inside.find(':'); colon != absl::string_view::npos;
       colon = inside.find(':', colon + 1)) {
    const auto id = UuidAtFront(inside.substr(colon + 1));
    if (!id) continue;
    absl::string_view rest = inside.substr(colon + 1 + kUuidLength);
    if (absl::StartsWith(rest, ":")) rest.remove_prefix(std::min(rest.find(']'), rest.size()));
    if (!absl::ConsumePrefix(&rest, "]")) continue;
    session.id = id;
    session.name = WithoutKind(inside.substr(0, colon));
    after = rest;
    return true;
  }
  return false;
}

absl::string_view RedactedName(absl::string_view name) {
  absl::ConsumeSuffix(&name, "]");
  absl::ConsumeSuffix(&name, "(null)");
  absl::ConsumeSuffix(&name, ":");
  return WithoutKind(name);
}

// Lines are published with the UUID taken out, and even the bracket: "NESMVPNSession[Primary Tunnel:Corp:
// got On Demand start message". The name then ends where a message can begin.
bool EndWithoutUuid(absl::string_view inside, SessionRef& session, absl::string_view& after) {
  for (absl::string_view text :
       {": got On Demand", ": Received a", ": Skip a", ": Ignore restart", ": Stop current",
        ": status changed", ": Entering state", ": Leaving state"}) {
    const size_t at = inside.find(text);
    if (at == absl::string_view::npos) continue;
    session.name = RedactedName(inside.substr(0, at));
    after = inside.substr(at);
    return true;
  }
  for (size_t close = inside.find(']'); close != absl::string_view::npos;
       close = inside.find(']', close + 1)) {
    const absl::string_view rest = inside.substr(close + 1);
    if (!rest.empty() && !absl::StartsWith(rest, ": ") && !absl::StartsWith(rest, " in state ")) continue;
    session.name = RedactedName(inside.substr(0, close));
    after = rest;
    return true;
  }
  return false;
}

}  // namespace

std::optional<FoundSession> FindSession(absl::string_view message) {
  for (size_t at = message.find(kPrefix); at != absl::string_view::npos; at = message.find(kPrefix, at + 1)) {
    const size_t length = ClassLength(message.substr(at));
    if (length == 0) continue;
    FoundSession found;
    found.before = message.substr(0, at);
    found.session.session_class = message.substr(at, length);
    const absl::string_view inside = message.substr(at + length + 1);
    if (EndAtUuid(inside, found.session, found.after) || EndWithoutUuid(inside, found.session, found.after)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace holdfast::parse
