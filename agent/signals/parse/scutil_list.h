// `scutil --nc list`, and the same line at the head of `scutil --nc show`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/signals/parse/text_lines.h"
#include "core/facts.h"

namespace holdfast::parse {

struct ScutilService {
  Uuid id;
  std::string name;
  bool name_cut = false;                // the tool pads names to 32 columns and cuts longer ones
  bool enabled = false;                 // the star
  std::optional<SessionStatus> status;  // nothing for "Unknown"
  std::string kind;                     // as displayed: "PPP --> L2TP", "VPN (io.example.vpn)"
  ServiceType type = ServiceType::kUnknown;
  std::string provider_bundle_id;
  friend bool operator==(const ScutilService&, const ScutilService&) = default;
};

struct ScutilList {
  bool has_header = false;
  std::vector<ScutilService> services;
  std::vector<OddLine> odd;
};

// The status that scutil prints: "Connected" (case matters). Nothing for "Unknown" and any other word.
std::optional<SessionStatus> ScutilStatusNamed(absl::string_view word);

// Nothing when the line is no line of the list. Columns are padded and cut, so the id's shape tells where the
// others are.
std::optional<ScutilService> ReadScutilService(absl::string_view line);

// INVALID_ARGUMENT when there is neither the header nor a service.
absl::StatusOr<ScutilList> ReadScutilList(absl::string_view text);

// In the engine's terms. The list holds services of the current set only; IKEv2 is missing there.
ServiceFacts ServiceFactsOf(const ScutilService& service);

}  // namespace holdfast::parse
