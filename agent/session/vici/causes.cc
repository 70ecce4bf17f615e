#include "agent/session/vici/causes.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "base/text/width.h"

namespace holdfast::vici {
namespace {

constexpr size_t kLinesKept = 32;
constexpr size_t kIkesKept = 64;
constexpr size_t kMaxLine = 300;

struct Sign {
  absl::string_view text;
  int stop_reason;
};

// charon 5.9's messages, the most telling first: a certificate that is refused is followed by "authentication
// failed", a dead gateway by "peer not responding". What a gateway holds against us it only calls
// AUTHENTICATION_FAILED.
constexpr Sign kSigns[] = {
    {"no private key found", 24},
    {"subject certificate invalid", 28},
    {"certificate was revoked", 28},
    {"no issuer certificate found", 28},
    {"no trusted ", 28},
    {"constraint check failed", 28},
    {"no shared key found", 10},
    {"received AUTHENTICATION_FAILED", 23},
    {"received EAP_FAILURE", 23},
    {"EAP method failed", 23},
    {"AUTH_FAILED", 23},
    {"unable to resolve", 17},
    {"unable to initiate to %any", 16},
    {"NO_PROPOSAL_CHOSEN", 18},
    {"TS_UNACCEPTABLE", 18},
    {"INTERNAL_ADDRESS_FAILURE", 18},
    {"no acceptable proposal found", 18},
    {"Network is unreachable", 4},
    {"no route found to reach", 4},
    {"giving up after", 20},
    {"peer not responding", 20},
    {"received DELETE for IKE_SA", 21},
    {"received DELETE for ESP CHILD_SA", 21},
    {"deleting IKE_SA", 1},
    {"closing CHILD_SA", 1},
};

}  // namespace

std::optional<Cause> CauseOf(const std::vector<std::string>& lines) {
  for (const Sign& sign : kSigns) {
    for (const std::string& line : lines) {
      if (absl::StrContains(line, sign.text)) return Cause{sign.stop_reason, line};
    }
  }
  return std::nullopt;
}

std::vector<std::string> LinesOf(const std::vector<Section>& log_events) {
  std::vector<std::string> lines;
  for (const Section& event : log_events)
    lines.push_back(text::Printable(event.Value("msg").substr(0, kMaxLine)));
  return lines;
}

PathNews PathNewsOf(const Section& log_event) {
  const absl::string_view line = log_event.Value("msg");
  if (absl::StrContains(line, "MOBIKE update deferred")) return PathNews::kLost;
  if (absl::StartsWith(line, "path probing attempt")) return PathNews::kProbing;
  if (absl::StartsWith(line, "giving up after") && absl::StrContains(line, "path probings"))
    return PathNews::kGivenUp;
  if (absl::StartsWith(line, "received packet: from")) return PathNews::kFound;
  return PathNews::kNone;
}

void LogTail::Add(MonoTime now, const Section& log_event) {
  const absl::string_view ike_id = log_event.Value("ikesa-uniqueid");
  if (ike_id.empty()) return;
  auto it = lines_.find(ike_id);
  if (it == lines_.end()) {
    if (lines_.size() >= kIkesKept) lines_.clear();
    it = lines_.emplace(std::string(ike_id), std::deque<Line>()).first;
  }
  it->second.push_back({now, text::Printable(log_event.Value("msg").substr(0, kMaxLine))});
  if (it->second.size() > kLinesKept) it->second.pop_front();
}

std::optional<Cause> LogTail::CauseFor(absl::string_view ike_id, MonoTime now, absl::Duration age) const {
  const auto it = lines_.find(ike_id);
  if (it == lines_.end()) return std::nullopt;
  std::vector<std::string> recent;
  for (const Line& line : it->second) {
    if (now - line.at <= age) recent.push_back(line.text);
  }
  return CauseOf(recent);
}

}  // namespace holdfast::vici
