#include "sim/scutil/simulated_scutil.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace holdfast::sim {
namespace {

std::string Word(SessionStatus status) {
  switch (status) {
    case SessionStatus::kDisconnected:
      return "Disconnected";
    case SessionStatus::kConnecting:
    case SessionStatus::kReasserting:
      return "Connecting";
    case SessionStatus::kConnected:
      return "Connected";
    case SessionStatus::kDisconnecting:
      return "Disconnecting";
    default:
      return "Invalid";
  }
}

}  // namespace

absl::StatusOr<std::string> SimulatedScutil::Answer(const std::vector<std::string>& arguments) {
  if (broken) return absl::UnavailableError("scutil: killed");
  const std::string& verb = arguments.at(2);
  if (verb == "list") return List();
  const auto id = Uuid::Parse(arguments.at(3));
  if (!id.ok() || !mac_.manager().Has(*id)) return absl::NotFoundError("No service");
  if (verb == "status") return Status(*id);
  if (verb == "statistics") return Statistics(*id);
  const Requester by{"scutil", 99, std::nullopt, true};
  if (verb == "start") mac_.manager().Start(*id, by);
  if (verb == "stop") mac_.manager().Stop(*id, by);
  return std::string();
}

std::string SimulatedScutil::List() const {
  std::string out = "Available network connection services in the current set (*=enabled):\n";
  for (const ServiceFacts& service : mac_.installed().services) {
    const std::string quoted = absl::StrCat("\"", service.name, "\"");
    absl::StrAppend(&out, absl::StrFormat("* %-16s %s %-18s %-32s [IPSec]\n",
                                          absl::StrCat("(", Word(mac_.StatusOf(service.id)), ")"),
                                          service.id.ToString(), "IPSec", quoted));
  }
  return out;
}

std::string SimulatedScutil::Status(const Uuid& id) const {
  const SessionEvent now = mac_.manager().Current(id);
  std::string out =
      absl::StrCat(Word(now.status),
                   "\nExtended Status <dictionary> {\n  NEStatus : ", static_cast<int>(now.status), "\n");
  if (now.stop_reason) {
    absl::StrAppend(&out, "  VPN : <dictionary> {\n    LastCause : ", *now.stop_reason, "\n  }\n");
  }
  return out + "}\n";
}

std::string SimulatedScutil::Statistics(const Uuid& id) const {
  const auto bytes = mac_.BytesIn(id);
  if (!bytes.ok()) return "No statistics available\n";
  return absl::StrCat("<dictionary> {\n  PPP : <dictionary> {\n    BytesIn : ", *bytes, "\n  }\n}\n");
}

}  // namespace holdfast::sim
