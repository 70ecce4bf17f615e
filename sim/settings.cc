#include "sim/settings.h"

#include <array>

namespace holdfast::sim {
namespace {

constexpr std::array<absl::string_view, 7> kNames = {
    "reachable", "unreachable", "auth-fails", "certificate-expired", "silent", "hangs", "dead"};

}  // namespace

absl::string_view GatewayName(Gateway gateway) {
  return kNames[static_cast<size_t>(gateway)];
}

std::optional<Gateway> ParseGateway(absl::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Gateway>(i);
  }
  return std::nullopt;
}

absl::string_view GatewayNames() {
  return "reachable, unreachable, auth-fails, certificate-expired, silent, hangs, dead";
}

}  // namespace holdfast::sim
