#include "tests/simulation/scenarios/scenario_file.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "core/incidents/registry.h"

namespace holdfast::scenarios {
namespace {

using sim::YamlValue;
using Reader = std::function<absl::Status(const YamlValue&)>;

template <class T>
absl::Status Store(absl::StatusOr<T> value, T* to) {
  if (value.ok()) *to = *std::move(value);
  return value.status();
}
Reader Text(std::string* to) {
  return [to](const YamlValue& v) { return Store(v.Text(), to); };
}
Reader Time(absl::Duration* to) {
  return [to](const YamlValue& v) { return Store(v.Duration(), to); };
}
Reader Flag(bool* to) {
  return [to](const YamlValue& v) { return Store(v.Bool(), to); };
}

template <class T>
Reader Each(std::vector<T>* to, absl::Status (*read)(const YamlValue&, T*)) {
  return [to, read](const YamlValue& v) {
    HOLDFAST_ASSIGN_OR_RETURN(const auto items, v.List());
    for (const YamlValue& item : items) HOLDFAST_RETURN_IF_ERROR(read(item, &to->emplace_back()));
    return absl::OkStatus();
  };
}

absl::Status ReadText(const YamlValue& v, std::string* text) {
  return Store(v.Text(), text);
}

absl::Status ReadName(const YamlValue& v, std::string* name) {
  HOLDFAST_RETURN_IF_ERROR(Store(v.Text(), name));
  if (FindIncidentKind(*name) != nullptr) return absl::OkStatus();
  return v.Error(absl::StrCat("'", *name, "' is no incident of the registry"));
}

absl::Status ReadWindow(const YamlValue& v, Window* window) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto ends, v.List());
  if (ends.size() != 2) return v.Error("expected two times: [1m, 2m]");
  HOLDFAST_RETURN_IF_ERROR(Store(ends[0].Duration(), &window->first));
  HOLDFAST_RETURN_IF_ERROR(Store(ends[1].Duration(), &window->second));
  return window->first <= window->second ? absl::OkStatus() : v.Error("the window ends before it begins");
}

absl::Status ReadExpected(const YamlValue& v, ExpectedIncident* expected) {
  expected->line = v.line();
  bool opens = false, closes = false;
  HOLDFAST_RETURN_IF_ERROR(
      v.Keys({{"incident", [&](const YamlValue& name) { return ReadName(name, &expected->name); }},
              {"about",
               [&](const YamlValue& about) {
                 expected->about.emplace();
                 return Store(about.Text(), &*expected->about);
               }},
              {"opens",
               [&](const YamlValue& w) {
                 opens = true;
                 return ReadWindow(w, &expected->opens);
               }},
              {"says", Each(&expected->says, ReadText)},
              {"suspects", Each(&expected->suspects, ReadText)},
              {"closes",
               [&](const YamlValue& w) {
                 closes = true;
                 const auto never = w.Text();
                 if (never.ok() && *never == "never") return absl::OkStatus();
                 return ReadWindow(w, &expected->closes.emplace());
               }},
              {"because", Text(&expected->because)}}));
  if (expected->name.empty() || !opens || !closes) {
    return v.Error("an expectation needs 'incident', 'opens' and 'closes' (two times, or never)");
  }
  return absl::OkStatus();
}

absl::Status ReadVerdict(const YamlValue& v, ExpectedVerdict* verdict) {
  return v.Keys({{"at", Time(&verdict->at)}, {"key", Text(&verdict->key)}, {"is", Text(&verdict->is)}});
}

absl::Status ReadVerb(const YamlValue& v, AgentStep* step) {
  using What = AgentStep::What;
  static const auto& kVerbs =
      *new std::map<std::string, What>{{"kill", What::kKill},
                                       {"stop", What::kStop},
                                       {"start", What::kStart},
                                       {"policy", What::kPolicy},
                                       {"ask", What::kAsk},
                                       {"os-build", What::kOsBuild},
                                       {"server-lost", What::kServerLost},
                                       {"server-back", What::kServerBack},
                                       {"server-refuses-row", What::kServerRefusesRow},
                                       {"server-refuses-enrollment", What::kServerRefusesEnrollment},
                                       {"disk-full", What::kDiskFull},
                                       {"disk-fails", What::kDiskFails},
                                       {"disk-well", What::kDiskWell}};
  HOLDFAST_ASSIGN_OR_RETURN(const std::string verb, v.Text());
  const auto found = kVerbs.find(verb);
  if (found == kVerbs.end()) {
    std::vector<std::string> known;
    for (const auto& [name, what] : kVerbs) known.push_back(name);
    return v.Error(absl::StrCat("expected one of ", absl::StrJoin(known, ", ")));
  }
  step->what = found->second;
  return absl::OkStatus();
}

absl::Status ReadRequest(const YamlValue& v, UserRequest* request) {
  using Verb = UserRequest::Verb;
  static const auto& kVerbs = *new std::map<std::string, Verb>{{"connect", Verb::kConnect},
                                                               {"disconnect", Verb::kDisconnect},
                                                               {"override", Verb::kOverride},
                                                               {"end-override", Verb::kEndOverride}};
  HOLDFAST_ASSIGN_OR_RETURN(const std::string verb, v.Text());
  const auto found = kVerbs.find(verb);
  if (found == kVerbs.end()) return v.Error("expected connect, disconnect, override or end-override");
  request->verb = found->second;
  return absl::OkStatus();
}

absl::Status ReadAgentStep(const YamlValue& v, AgentStep* step) {
  step->request.uid = 501;
  return v.Keys({{"at", Time(&step->at)},
                 {"do", [&](const YamlValue& verb) { return ReadVerb(verb, step); }},
                 {"text", Text(&step->text)},
                 {"unmanaged", Flag(&step->unmanaged)},
                 {"verb", [&](const YamlValue& verb) { return ReadRequest(verb, &step->request); }},
                 {"service", Text(&step->service)},
                 {"reason", Text(&step->request.reason)},
                 {"for", Time(&step->request.duration)},
                 {"passcode", [&](const YamlValue& passcode) {
                    step->request.credential.kind = Credential::Kind::kPasscode;
                    return Store(passcode.Text(), &step->request.credential.text);
                  }}});
}

absl::Status Check(const IncidentScenario& scenario, const std::string& path) {
  const auto error = [&](const auto&... what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", what...));
  };
  if (FindIncidentKind(scenario.incident) == nullptr) {
    return error("the file must be named after an incident of the registry");
  }
  if (scenario.policy.empty()) return error("there is no 'policy'");
  if (scenario.until == absl::ZeroDuration()) return error("there is no 'until'");
  const auto shows_it = [&](const ExpectedIncident& e) {
    return e.name == scenario.incident && e.closes.has_value();
  };
  if (std::any_of(scenario.expect.begin(), scenario.expect.end(), shows_it)) return absl::OkStatus();
  return error("it must expect ", scenario.incident, " to open and to close");
}

}  // namespace

absl::StatusOr<IncidentScenario> LoadIncidentScenario(const std::string& path) {
  IncidentScenario scenario;
  const std::string stem = std::filesystem::path(path).stem().string();
  scenario.incident = stem.substr(0, stem.find('.'));
  auto mac = sim::LoadScenario(path, {{"policy", Text(&scenario.policy)},
                                      {"server", Flag(&scenario.server)},
                                      {"agent", Each(&scenario.agent, ReadAgentStep)},
                                      {"expect", Each(&scenario.expect, ReadExpected)},
                                      {"may_open", Each(&scenario.may_open, ReadName)},
                                      {"verdicts", Each(&scenario.verdicts, ReadVerdict)},
                                      {"quiet", Each(&scenario.quiet, ReadWindow)},
                                      {"until", Time(&scenario.until)}});
  if (!mac.ok()) return mac.status();
  scenario.mac = *std::move(mac);
  HOLDFAST_RETURN_IF_ERROR(Check(scenario, path));
  return scenario;
}

}  // namespace holdfast::scenarios
