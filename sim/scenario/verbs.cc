// Everything that can be done to a simulated Mac, one function and one row of the table for each.
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/file.h"
#include "profiles/mobileconfig/read.h"
#include "sim/profiles/simulated_profiles.h"
#include "sim/scenario/command.h"
#include "sim/scenario/system_verbs.h"

namespace holdfast::sim {
namespace {

using Answer = absl::StatusOr<std::string>;

absl::Status Expected(const Command& command, absl::string_view what, absl::string_view got) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", command.verb, "': expected ", what, ", got '", got, "'"));
}

absl::StatusOr<bool> Either(const Command& command, size_t index, absl::string_view yes,
                            absl::string_view no) {
  const std::string& text = command.arguments[index];
  if (text == yes) return true;
  if (text == no) return false;
  return Expected(command, absl::StrCat("'", yes, "' or '", no, "'"), text);
}

Answer Done(const absl::Status& status) {
  if (!status.ok()) return status;
  return std::string();
}

// What a command does to one service.
template <class Action>
Answer OnService(Stage& stage, const Command& command, Action action) {
  HOLDFAST_ASSIGN_OR_RETURN(const Uuid service, stage.mac.FindService(command.arguments[0]));
  action(service);
  return std::string();
}

Answer Network(Stage& stage, const Command& command) {
  const std::string& state = command.arguments[0];
  if (state == "up") {
    stage.mac.NetworkUp();
  } else if (state == "down") {
    stage.mac.NetworkDown();
  } else if (state == "roam") {
    stage.mac.Roam(command.arguments.size() > 1 ? command.arguments[1] : "");
  } else {
    return Expected(command, "'up', 'down' or 'roam'", state);
  }
  return std::string();
}

Answer UserConnect(Stage& stage, const Command& command) {
  return OnService(stage, command, [&](const Uuid& service) { stage.mac.UserConnect(service); });
}

Answer HelperConnect(Stage& stage, const Command& command) {
  return OnService(stage, command, [&](const Uuid& service) {
    stage.mac.manager().Start(service, {"holdfast-session", 412, std::nullopt});
  });
}

Answer UserDisconnect(Stage& stage, const Command& command) {
  return OnService(stage, command, [&](const Uuid& service) { stage.mac.UserDisconnect(service); });
}

Answer Drop(Stage& stage, const Command& command) {
  int reason = 0;
  if (!absl::SimpleAtoi(command.arguments[1], &reason) || reason < 0 || reason > 41) {
    return Expected(command, "a stop reason from 0 to 41", command.arguments[1]);
  }
  return OnService(stage, command, [&](const Uuid& service) { stage.mac.Drop(service, reason); });
}

Answer StopHangs(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool hangs, Either(command, 1, "on", "off"));
  return OnService(stage, command, [&](const Uuid& service) { stage.mac.SetStopHangs(service, hangs); });
}

Answer StartStorm(Stage& stage, const Command& command) {
  int starts = 0;
  if (!absl::SimpleAtoi(command.arguments[2], &starts) || starts < 1) {
    return Expected(command, "a number of starts", command.arguments[2]);
  }
  return OnService(stage, command,
                   [&](const Uuid& service) { stage.mac.StartStorm(service, command.arguments[1], starts); });
}

Answer SlowStart(Stage& stage, const Command& command) {
  absl::Duration later;
  if (!absl::ParseDuration(command.arguments[1], &later) || later < absl::ZeroDuration()) {
    return Expected(command, "a duration such as 45s", command.arguments[1]);
  }
  return OnService(stage, command, [&](const Uuid& service) { stage.mac.SetSlowStart(service, later); });
}

Answer VendorClient(Stage& stage, const Command& command) {
  const std::string& wish = command.arguments[2];
  if (wish != "up" && wish != "down" && wish != "gone") {
    return Expected(command, "'up', 'down' or 'gone'", wish);
  }
  return OnService(stage, command, [&](const Uuid& service) {
    stage.mac.SetVendorClient(service, wish == "gone" ? "" : command.arguments[1], wish == "up");
  });
}

Answer Setup(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool running, Either(command, 0, "on", "off"));
  stage.mac.SetSetupAssistant(running);
  return std::string();
}

Answer Login(Stage& stage, const Command& command) {
  stage.mac.Login(command.arguments[0]);
  return std::string();
}

std::string InFolder(const Stage& stage, const std::string& path) {
  return absl::StartsWith(path, "/") ? path : absl::StrCat(stage.folder, "/", path);
}

Answer Install(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<profiles::Profile> profiles,
                            profiles::ReadPath(InFolder(stage, command.arguments[0])));
  stage.mac.Install(profiles);
  return absl::StrCat("installed ", absl::StrJoin(profiles, ", ", [](std::string* out, const auto& profile) {
                        absl::StrAppend(out, profile.identifier);
                      }));
}

Answer ShowProfiles(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string list, ProfilesShow(stage.mac));
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(InFolder(stage, command.arguments[0]), list));
  return absl::StrCat("wrote ", command.arguments[0]);
}

Answer Remove(Stage& stage, const Command& command) {
  return Done(stage.mac.Remove(command.arguments[0]));
}

Answer SetGateway(Stage& stage, const Command& command) {
  const std::optional<Gateway> gateway = ParseGateway(command.arguments[1]);
  if (!gateway) return Expected(command, absl::StrCat("one of ", GatewayNames()), command.arguments[1]);
  stage.mac.SetGateway(command.arguments[0], *gateway);
  return std::string();
}

Answer Probe(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool answers, Either(command, 1, "ok", "fail"));
  stage.mac.SetProbeHost(command.arguments[0], answers);
  return std::string();
}

Answer Portal(Stage& stage, const Command& command) {
  const std::string& state = command.arguments[0];
  if (state == "on") {
    stage.mac.SetPortal(PortalState::kCaptive);
  } else if (state == "off") {
    stage.mac.SetPortal(PortalState::kOpen);
  } else if (state == "silent") {
    stage.mac.SetPortal(PortalState::kUnknown);
  } else {
    return Expected(command, "'on', 'off' or 'silent'", state);
  }
  return std::string();
}

Answer Beacon(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool answers, Either(command, 1, "on", "off"));
  stage.mac.SetBeacon(command.arguments[0], answers);
  return std::string();
}

Answer Route(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool tunnel, Either(command, 0, "tunnel", "beside"));
  stage.mac.SetRouteBeside(!tunnel);
  return std::string();
}

Answer Resolver(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool tunnel, Either(command, 0, "tunnel", "beside"));
  stage.mac.SetResolverBeside(!tunnel);
  return std::string();
}

Answer Interface(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool up, Either(command, 1, "up", "down"));
  stage.mac.SetForeignTunnel(command.arguments[0], up);
  return std::string();
}

Answer Traffic(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool on, Either(command, 1, "on", "off"));
  return OnService(stage, command, [&](const Uuid& service) { stage.mac.SetTraffic(service, on); });
}

Answer Clock(Stage& stage, const Command& command) {
  absl::Duration by;
  if (!absl::ParseDuration(command.arguments[0], &by)) {
    return Expected(command, "a duration such as +1h or -90s", command.arguments[0]);
  }
  if (stage.clock == nullptr) {
    return absl::FailedPreconditionError("'clock': this Mac runs on a clock that cannot be moved");
  }
  stage.clock->JumpWall(by);
  return std::string();
}

Answer Reboot(Stage& stage, const Command&) {
  if (stage.clock != nullptr) stage.clock->NewBoot();
  stage.mac.Reboot();
  return std::string();
}

Answer UpdateExtension(Stage& stage, const Command& command) {
  return Done(stage.mac.UpdateExtension(command.arguments[0]));
}

Answer Filter(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const bool running, Either(command, 1, "running", "dead"));
  return Done(stage.mac.SetFilterRunning(command.arguments[0], running));
}

Answer Status(Stage& stage, const Command&) {
  return absl::StrJoin(stage.mac.installed().services, "; ", [&](std::string* out, const ServiceFacts& s) {
    absl::StrAppend(out, s.name, ": ", SessionStatusName(stage.mac.StatusOf(s.id)));
  });
}

Answer Help(Stage&, const Command&) {
  return absl::StrJoin(Verbs(), "; ", [](std::string* out, const Verb& verb) {
    absl::StrAppend(out, Usage(verb), " (", verb.does, ")");
  });
}

// Commands without arguments.
template <void (SimulatedMac::*kAction)()>
Answer Plain(Stage& stage, const Command&) {
  (stage.mac.*kAction)();
  return std::string();
}

std::vector<Verb> AllVerbs() {
  std::vector<Verb> all = {
      {"network", {"state", "[network]"}, "up, down, or roam to another network", Network},
      {"user-connect", {"service"}, "a person connects in System Settings", UserConnect},
      {"helper-connect", {"service"}, "holdfast-session starts it for the console user", HelperConnect},
      {"user-disconnect", {"service"}, "a person disconnects in System Settings", UserDisconnect},
      {"login", {"user"}, "somebody logs in at the console", Login},
      {"logout", {}, "the console user logs out", Plain<&SimulatedMac::Logout>},
      {"sleep", {}, "the Mac goes to sleep", Plain<&SimulatedMac::Sleep>},
      {"wake", {}, "it wakes fully", Plain<&SimulatedMac::Wake>},
      {"dark-wake", {}, "it wakes for maintenance, display off", Plain<&SimulatedMac::DarkWake>},
      {"reboot", {}, "it starts again", Reboot},
      {"clock", {"by"}, "the wall clock jumps", Clock},
      {"install", {"path"}, "a profile, or a folder of them, is installed", Install},
      {"show-profiles",
       {"path"},
       "writes what `profiles show -output stdout-xml` prints, without secrets",
       ShowProfiles},
      {"remove", {"identifier"}, "a profile is removed", Remove},
      {"gateway", {"host", "mode"}, "what answers there from now on", SetGateway},
      {"probe", {"host", "answer"}, "whether a probe's host answers: ok or fail", Probe},
      {"traffic", {"service", "state"}, "whether bytes come in through a tunnel: on or off", Traffic},
      {"portal", {"state"}, "a captive portal on this network: on, off or silent", Portal},
      {"beacon", {"name", "state"}, "a trusted network's beacon on this network: on or off", Beacon},
      {"route", {"way"}, "where traffic leaves while a tunnel is up: tunnel or beside", Route},
      {"resolver", {"way"}, "where names are asked while a tunnel is up: tunnel or beside", Resolver},
      {"interface", {"name", "state"}, "another vendor's tunnel: up or down", Interface},
      {"drop", {"service", "reason"}, "a tunnel goes down for a reason by number", Drop},
      {"stop-hangs", {"service", "state"}, "stops take the whole Stopping timer: on or off", StopHangs},
      {"start-storm", {"service", "program", "starts"}, "a program asks for starts in a burst", StartStorm},
      {"slow-start", {"service", "later"}, "its starts take so much longer", SlowStart},
      {"vendor-client",
       {"service", "program", "wish"},
       "a client wants it up or down, or is gone",
       VendorClient},
      {"setup", {"state"}, "Setup Assistant runs: on or off", Setup},
      {"manager-restart", {}, "nesessionmanager dies and comes back", Plain<&SimulatedMac::RestartManager>},
      {"extension-update", {"bundle"}, "a system extension is replaced", UpdateExtension},
      {"filter", {"bundle", "state"}, "a content filter's process: running or dead", Filter},
      {"status", {}, "each service's status", Status},
      {"help", {}, "this list", Help},
  };
  all.insert(all.end() - 2, SystemVerbs().begin(), SystemVerbs().end());
  return all;
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const auto& verbs = *new std::vector<Verb>(AllVerbs());
  return verbs;
}

}  // namespace holdfast::sim
