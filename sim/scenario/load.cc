#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "profiles/mobileconfig/read.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/yaml.h"

namespace holdfast::sim {
namespace {

class Loader {
 public:
  explicit Loader(const std::string& folder) { scenario_.folder = folder; }
  absl::StatusOr<Scenario> Load(const YamlValue& root, const YamlValue::Readers& others);

 private:
  absl::Status ReadTimers(const YamlValue& value);
  absl::Status ReadDelivery(const YamlValue& value);
  absl::Status ReadBehaviour(const YamlValue& value);
  absl::Status ReadProfiles(const YamlValue& value);
  absl::Status ReadGateways(const YamlValue& value);
  absl::Status ReadNetwork(const YamlValue& value);
  absl::Status ReadSteps(const YamlValue& value);
  absl::Status ReadStep(const YamlValue& value);
  absl::Status ReadArguments(const YamlValue& value, const Verb& verb, Command& command);
  absl::StatusOr<std::vector<profiles::Profile>> ReadFiles(const YamlValue& place, const std::string& path);
  absl::Status CheckService(const YamlValue& place, const std::string& name) const;

  Scenario scenario_;
  std::vector<ServiceFacts> services_;  // of all profiles, also of those that steps install
};

template <class T>
absl::Status Store(absl::StatusOr<T> value, T* to) {
  if (!value.ok()) return value.status();
  *to = *std::move(value);
  return absl::OkStatus();
}

absl::StatusOr<Scenario> Loader::Load(const YamlValue& root, const YamlValue::Readers& others) {
  std::optional<YamlValue> steps;
  YamlValue::Readers known = {
      {"seed",
       [&](const YamlValue& v) {
         int64_t seed = 0;
         absl::Status status = Store(v.Integer(), &seed);
         scenario_.seed = static_cast<uint64_t>(seed);
         return status;
       }},
      {"timers", [&](const YamlValue& v) { return ReadTimers(v); }},
      {"delivery", [&](const YamlValue& v) { return ReadDelivery(v); }},
      {"behaviour", [&](const YamlValue& v) { return ReadBehaviour(v); }},
      {"profiles", [&](const YamlValue& v) { return ReadProfiles(v); }},
      {"gateways", [&](const YamlValue& v) { return ReadGateways(v); }},
      {"network", [&](const YamlValue& v) { return ReadNetwork(v); }},
      {"hostname", [&](const YamlValue& v) { return Store(v.Text(), &scenario_.hostname); }},
      {"console_user", [&](const YamlValue& v) { return Store(v.Text(), &scenario_.console_user); }},
      {"steps", [&](const YamlValue& v) {
         steps = v;  // after all else: a step names services
         return absl::OkStatus();
       }}};
  known.insert(others.begin(), others.end());
  HOLDFAST_RETURN_IF_ERROR(root.Keys(known));
  if (steps) HOLDFAST_RETURN_IF_ERROR(ReadSteps(*steps));
  return std::move(scenario_);
}

absl::Status Loader::ReadTimers(const YamlValue& value) {
  sim::Timers& t = scenario_.settings.timers;
  const std::map<absl::string_view, absl::Duration*> fields = {{"command", &t.command},
                                                               {"info", &t.info},
                                                               {"connect", &t.connect},
                                                               {"disconnect", &t.disconnect},
                                                               {"refuse", &t.refuse},
                                                               {"unreachable", &t.unreachable},
                                                               {"starting_provider", &t.starting_provider},
                                                               {"starting_ikev2", &t.starting_ikev2},
                                                               {"stopping", &t.stopping},
                                                               {"reassert", &t.reassert},
                                                               {"dead_peer", &t.dead_peer},
                                                               {"on_demand", &t.on_demand},
                                                               {"on_demand_damped", &t.on_demand_damped},
                                                               {"manager_restart", &t.manager_restart},
                                                               {"extension_update", &t.extension_update}};
  YamlValue::Readers known;
  for (const auto& [name, field] : fields) {
    known[name] = [to = field](const YamlValue& v) { return Store(v.Duration(), to); };
  }
  return value.Keys(known);
}

absl::Status Loader::ReadDelivery(const YamlValue& value) {
  DeliverySettings& d = scenario_.settings.delivery;
  return value.Keys(
      {{"jitter", [&](const YamlValue& v) { return Store(v.Duration(), &d.jitter); }},
       {"late", [&](const YamlValue& v) { return Store(v.Duration(), &d.late); }},
       {"late_share", [&](const YamlValue& v) { return Store(v.Share(), &d.late_share); }},
       {"duplicate_share", [&](const YamlValue& v) { return Store(v.Share(), &d.duplicate_share); }}});
}

absl::Status Loader::ReadBehaviour(const YamlValue& value) {
  Settings& s = scenario_.settings;
  const auto integer = [](int* to) {
    return [to](const YamlValue& v) {
      int64_t number = 0;
      absl::Status status = Store(v.Integer(), &number);
      *to = static_cast<int>(std::clamp<int64_t>(number, 0, 1'000'000));
      return status;
    };
  };
  return value.Keys(
      {{"exhausting_starts", integer(&s.exhausting_starts)},
       {"exhausting_window", [&](const YamlValue& v) { return Store(v.Duration(), &s.exhausting_window); }},
       {"on_demand_failures_before_damping", integer(&s.on_demand_failures_before_damping)},
       {"tunnels_survive_sleep",
        [&](const YamlValue& v) { return Store(v.Bool(), &s.tunnels_survive_sleep); }},
       {"tunnels_survive_manager_restart",
        [&](const YamlValue& v) { return Store(v.Bool(), &s.tunnels_survive_manager_restart); }}});
}

absl::StatusOr<std::vector<profiles::Profile>> Loader::ReadFiles(const YamlValue& place,
                                                                 const std::string& path) {
  const std::filesystem::path full = std::filesystem::path(scenario_.folder) / path;
  auto profiles = profiles::ReadPath(full.string());
  if (!profiles.ok()) return place.Error(profiles.status().message());
  for (const profiles::Profile& profile : *profiles) {
    services_.insert(services_.end(), profile.services.begin(), profile.services.end());
  }
  return profiles;
}

absl::Status Loader::ReadProfiles(const YamlValue& value) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto items, value.List());
  for (const YamlValue& item : items) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string path, item.Text());
    HOLDFAST_ASSIGN_OR_RETURN(const auto profiles, ReadFiles(item, path));
    scenario_.profiles.insert(scenario_.profiles.end(), profiles.begin(), profiles.end());
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadGateways(const YamlValue& value) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto entries, value.Map());
  for (const auto& [host, mode] : entries) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string name, mode.Text());
    const std::optional<Gateway> gateway = ParseGateway(name);
    if (!gateway) return mode.Error(absl::StrCat("expected one of ", GatewayNames(), ", got '", name, "'"));
    scenario_.gateways[host] = *gateway;
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadNetwork(const YamlValue& value) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string state, value.Text());
  if (state != "up" && state != "down")
    return value.Error(absl::StrCat("expected up or down, got '", state, "'"));
  scenario_.network_up = state == "up";
  return absl::OkStatus();
}

absl::Status Loader::ReadSteps(const YamlValue& value) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto items, value.List());
  for (const YamlValue& item : items) HOLDFAST_RETURN_IF_ERROR(ReadStep(item));
  const auto earlier = [](const Step& a, const Step& b) {
    return std::pair(a.at, a.line) < std::pair(b.at, b.line);
  };
  std::sort(scenario_.steps.begin(), scenario_.steps.end(), earlier);
  return absl::OkStatus();
}

absl::Status Loader::ReadStep(const YamlValue& value) {
  Step step;
  step.line = value.line();
  HOLDFAST_ASSIGN_OR_RETURN(const auto entries, value.Map());
  std::string what;
  bool has_time = false;
  for (const auto& [name, entry] : entries) {
    if (name == "do") HOLDFAST_RETURN_IF_ERROR(Store(entry.Text(), &what));
    if (name != "at") continue;
    HOLDFAST_RETURN_IF_ERROR(Store(entry.Duration(), &step.at));
    has_time = true;
  }
  if (what.empty() || !has_time) return value.Error("a step needs 'at' and 'do'");
  // "do" is a verb, with its arguments beside it or after it.
  const absl::StatusOr<const Verb*> bare = FindVerb(what);
  if (bare.ok()) {
    step.command.verb = what;
    HOLDFAST_RETURN_IF_ERROR(ReadArguments(value, **bare, step.command));
  } else {
    absl::StatusOr<Command> whole = ParseCommand(what);
    if (!whole.ok()) return value.Error(whole.status().message());
    if (entries.size() > 2) return value.Error("arguments stand both in 'do' and beside it");
    step.command = *std::move(whole);
  }
  HOLDFAST_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(step.command.verb));
  if (absl::Status s = CheckArguments(*verb, step.command); !s.ok()) return value.Error(s.message());
  if (step.command.verb == "install") {
    HOLDFAST_RETURN_IF_ERROR(ReadFiles(value, step.command.arguments[0]).status());
  }
  if (!verb->parameters.empty() && verb->parameters[0] == "service") {
    HOLDFAST_RETURN_IF_ERROR(CheckService(value, step.command.arguments[0]));
  }
  scenario_.steps.push_back(std::move(step));
  return absl::OkStatus();
}

absl::Status Loader::ReadArguments(const YamlValue& value, const Verb& verb, Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto entries, value.Map());
  std::map<std::string, YamlValue> given;
  for (const auto& [name, entry] : entries) {
    if (name != "at" && name != "do") given.emplace(name, entry);
  }
  for (absl::string_view parameter : verb.parameters) {
    auto it = given.find(std::string(absl::StripSuffix(absl::StripPrefix(parameter, "["), "]")));
    if (it == given.end()) break;
    std::string text;
    HOLDFAST_RETURN_IF_ERROR(Store(it->second.Text(), &text));
    command.arguments.push_back(std::move(text));
    given.erase(it);
  }
  if (given.empty()) return absl::OkStatus();
  return given.begin()->second.Error(
      absl::StrCat("'", verb.name, "' does not take it; write: ", Usage(verb)));
}

absl::Status Loader::CheckService(const YamlValue& place, const std::string& name) const {
  for (const ServiceFacts& service : services_) {
    if (service.name == name || service.id.ToString() == name) return absl::OkStatus();
  }
  return place.Error(absl::StrCat("there is no service '", name, "'; the profiles have: ",
                                  absl::StrJoin(services_, ", ", [](std::string* out, const ServiceFacts& s) {
                                    absl::StrAppend(out, "'", s.name, "'");
                                  })));
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(absl::string_view yaml, const std::string& name,
                                       const std::string& folder, const YamlValue::Readers& others) {
  HOLDFAST_ASSIGN_OR_RETURN(const YamlValue root, YamlValue::Parse(yaml, name));
  return Loader(folder).Load(root, others);
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path, const YamlValue::Readers& others) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return absl::NotFoundError(absl::StrCat("reading the scenario '", path,
                                            "': cannot open it; check the path (relative ones begin in the "
                                            "current folder) and who may read it"));
  std::stringstream text;
  text << in.rdbuf();
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return ParseScenario(text.str(), path, folder.empty() ? "." : folder, others);
}

}  // namespace holdfast::sim
