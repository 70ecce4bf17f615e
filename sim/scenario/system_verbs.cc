#include "sim/scenario/system_verbs.h"

#include <functional>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/error.h"

namespace holdfast::sim {
namespace {

using Answer = absl::StatusOr<std::string>;

// What a word of a verb means for something.
template <class T>
using Words = std::map<std::string, std::function<void(T&)>>;

template <class T>
absl::Status Apply(const Command& command, size_t index, const Words<T>& words, T& to) {
  const std::string& given = command.arguments[index];
  if (const auto word = words.find(given); word != words.end()) {
    word->second(to);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", command.verb, "': expected one of ",
                   absl::StrJoin(words, ", ", [](std::string* out, const auto& w) { out->append(w.first); }),
                   ", got '", given, "'"));
}

Answer Extension(Stage& stage, const Command& command) {
  static const auto& kWords = *new Words<ExtensionFate>{
      {"well", [](ExtensionFate& f) { f = {}; }},
      {"absent", [](ExtensionFate& f) { f.absent = true; }},
      {"dead", [](ExtensionFate& f) { f.running = false; }},
      {"disabled", [](ExtensionFate& f) { f.state = "activated disabled"; }},
      {"unapproved", [](ExtensionFate& f) { f.state = "activated waiting for user"; }},
      {"two-versions", [](ExtensionFate& f) { f.old_version = "0.9.0"; }},
      {"removable", [](ExtensionFate& f) { f.removable = true; }},
      {"not-removable", [](ExtensionFate& f) { f.removable = false; }},
      {"os-too-old", [](ExtensionFate& f) {
         f.absent = true;
         f.error = 9;
         f.error_text =
             "extension failed category property check: it requires a later version of the operating system";
       }}};
  ExtensionFate probe;
  HOLDFAST_RETURN_IF_ERROR(Apply(command, 1, kWords, probe));
  stage.mac.ChangeSystem(
      [&](SystemState& state) { kWords.at(command.arguments[1])(state.fates[command.arguments[0]]); });
  return std::string();
}

// A set in which something is, or is not.
using Set = std::set<std::string> SystemState::*;
Answer Toggle(Stage& stage, const Command& command, Set set, absl::string_view in, absl::string_view out) {
  Words<bool> words;
  words[std::string(in)] = [](bool& is) { is = true; };
  words[std::string(out)] = [](bool& is) { is = false; };
  bool is = false;
  HOLDFAST_RETURN_IF_ERROR(Apply(command, 1, words, is));
  stage.mac.ChangeSystem([&](SystemState& state) {
    if (is) {
      (state.*set).insert(command.arguments[0]);
    } else {
      (state.*set).erase(command.arguments[0]);
    }
  });
  return std::string();
}

Answer Xsan(Stage& stage, const Command& command) {
  return Toggle(stage, command, &SystemState::xsan_volumes, "mounted", "unmounted");
}
Answer Unread(Stage& stage, const Command& command) {
  return Toggle(stage, command, &SystemState::unread, "unreadable", "readable");
}
Answer Capability(Stage& stage, const Command& command) {
  return Toggle(stage, command, &SystemState::lost_capabilities, "lost", "back");
}

Answer Configuration(Stage& stage, const Command& command) {
  struct State {
    bool gone = false, unmanaged = false;
  };
  static const auto& kWords = *new Words<State>{{"gone", [](State& s) { s.gone = true; }},
                                                {"unmanaged", [](State& s) { s.unmanaged = true; }},
                                                {"managed", [](State&) {}}};
  State is;
  HOLDFAST_RETURN_IF_ERROR(Apply(command, 1, kWords, is));
  const std::string& identifier = command.arguments[0];
  stage.mac.ChangeSystem([&](SystemState& state) {
    state.gone_configurations.erase(identifier);
    state.unmanaged_configurations.erase(identifier);
    if (is.gone) state.gone_configurations.insert(identifier);
    if (is.unmanaged) state.unmanaged_configurations.insert(identifier);
  });
  return std::string();
}

Answer ProxyOrder(Stage& stage, const Command& command) {
  const std::string& given = command.arguments[0];
  stage.mac.ChangeSystem([&](SystemState& state) {
    state.order_readable = given != "unreadable";
    state.effective_order.clear();
    if (given == "unreadable" || given == "as-declared") return;
    state.effective_order = absl::StrSplit(given, ',');
  });
  return std::string();
}

Answer Tamper(Stage& stage, const Command& command) {
  const std::string& part = command.arguments[0];
  for (const SelfCheck::Part& known : stage.mac.system().Installation().parts) {
    if (known.name != part) continue;
    stage.mac.ChangeSystem([&](SystemState& state) {
      state.tampered.erase(part);
      if (command.arguments.size() > 1) state.tampered[part] = command.arguments[1];
    });
    return std::string();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'tamper': expected configuration, database, launch_job or signature, got '", part, "'"));
}

Answer SaveDenied(Stage& stage, const Command& command) {
  stage.mac.LogSays({LogFinding::What::kProxySaveDenied, command.arguments[0],
                     "saving the configuration failed: permission denied"});
  return std::string();
}

Answer Handshakes(Stage& stage, const Command& command) {
  static const auto& kWords = *new Words<bool>{{"fail", [](bool& fail) { fail = true; }},
                                               {"succeed", [](bool& fail) { fail = false; }}};
  bool fail = false;
  HOLDFAST_RETURN_IF_ERROR(Apply(command, 0, kWords, fail));
  stage.mac.SetHandshakesFail(fail);
  return std::string();
}

}  // namespace

const std::vector<Verb>& SystemVerbs() {
  static const auto& verbs = *new std::vector<Verb>{
      {"extension",
       {"bundle", "state"},
       "a system extension: well, absent, dead, disabled, unapproved, two-versions, removable, "
       "not-removable, "
       "os-too-old",
       Extension},
      {"xsan", {"volume", "state"}, "an Xsan volume: mounted or unmounted", Xsan},
      {"configuration",
       {"identifier", "state"},
       "whose a profile or declaration is: managed, unmanaged or gone",
       Configuration},
      {"source", {"name", "state"}, "a source of configurations: readable or unreadable", Unread},
      {"proxy-order",
       {"order"},
       "in which order proxies work: unreadable, as-declared, or bundle ids with commas",
       ProxyOrder},
      {"capability",
       {"name", "state"},
       "of the session back end at the agent's next start: lost or back",
       Capability},
      {"tamper",
       {"part", "[how]"},
       "a part of the agent's installation is changed; without how it is mended",
       Tamper},
      {"save-denied", {"bundle"}, "the log tells that an app may not save its transparent proxy", SaveDenied},
      {"handshakes", {"state"}, "TCP with anybody, while the link is up: fail or succeed", Handshakes},
  };
  return verbs;
}

}  // namespace holdfast::sim
