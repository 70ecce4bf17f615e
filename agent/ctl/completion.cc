#include "agent/ctl/completion.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "agent/signals/parse/kind.h"
#include "profiles/generate/generate.h"

namespace holdfast::ctl {
namespace {

struct Choice {
  std::string word, help;
};

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<Choice> OptionsOf(const CLI::App& app) {
  std::vector<Choice> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      out.push_back({absl::StrCat("--", name), option->get_description()});
    }
  }
  return out;
}

bool TakesService(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() && option->get_name() == "SERVICE") return true;
  }
  return false;
}

// What may follow a command: its subcommands and options, and the global options.
std::vector<Choice> ChoicesOf(const CLI::App& command, const CLI::App& root) {
  std::vector<Choice> out;
  for (const CLI::App* sub : CommandsOf(command)) {
    out.push_back({sub->get_name(), sub->get_description()});
    for (const Choice& option : OptionsOf(*sub)) {
      if (option.word != "--help") out.push_back(option);
    }
  }
  for (const Choice& option : OptionsOf(command)) out.push_back(option);
  for (const Choice& option : OptionsOf(root)) {
    if (option.word != "--help") out.push_back(option);
  }
  if (command.get_name() == "parse") {
    for (const std::string& kind : parse::KindNames()) out.push_back({kind, ""});
  }
  if (command.get_name() == "profile") {
    for (const std::string& kind : profiles::GeneratedKindNames()) out.push_back({kind, ""});
  }
  if (command.get_name() == "completion") out.insert(out.end(), {{"bash", ""}, {"zsh", ""}});
  return out;
}

std::string Words(const std::vector<Choice>& choices) {
  return absl::StrJoin(choices, " ", [](std::string* out, const Choice& choice) { *out += choice.word; });
}

// For _describe: WORD:HELP in single quotes.
std::string Described(const std::vector<Choice>& choices) {
  return absl::StrJoin(choices, " ", [](std::string* out, const Choice& choice) {
    const std::string help = absl::StrReplaceAll(choice.help, {{"'", "'\\''"}, {":", "\\:"}});
    absl::StrAppend(out, "'", choice.word, ":", help, "'");
  });
}

std::vector<Choice> CommandChoices(const CLI::App& app) {
  std::vector<Choice> out;
  for (const CLI::App* command : CommandsOf(app))
    out.push_back({command->get_name(), command->get_description()});
  return out;
}

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* command : CommandsOf(app)) {
    absl::StrAppend(&cases, "    ", command->get_name(), ") words=\"", Words(ChoicesOf(*command, app)),
                    "\"; services=", TakesService(*command) ? "1" : "", " ;;\n");
  }
  return absl::StrCat(R"sh(# bash completion for holdfastctl: eval "$(holdfastctl completion bash)"
_holdfastctl() {
  local current="${COMP_WORDS[COMP_CWORD]}" command="" word words="" services=""
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}";
  do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
)sh",
                      cases, "    *) words=\"", Words(CommandChoices(app)), " ", Words(OptionsOf(app)),
                      R"sh(" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$services" ]; then
    local IFS=$'\n' name
    for name in $(holdfastctl services --names 2>/dev/null); do
      case "$name" in "$current"*) COMPREPLY+=("$(printf '%q' "$name")") ;; esac
    done
  fi
}
complete -F _holdfastctl holdfastctl
)sh");
}

std::string ZshCompletion(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* command : CommandsOf(app)) {
    absl::StrAppend(&cases, "    ", command->get_name(), ") choices=(", Described(ChoicesOf(*command, app)),
                    "); services=", TakesService(*command) ? "1" : "", " ;;\n");
  }
  std::vector<Choice> top = CommandChoices(app);
  for (const Choice& option : OptionsOf(app)) top.push_back(option);
  return absl::StrCat(R"sh(#compdef holdfastctl
# zsh completion for holdfastctl: eval "$(holdfastctl completion zsh)"
_holdfastctl() {
  local command="" word services=""
  local -a choices names
  for word in "${(@)words[2,CURRENT-1]}";
  do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
)sh",
                      cases, "    *) choices=(", Described(top), R"sh() ;;
  esac
  _describe holdfastctl choices
  if [ -n "$services" ]; then
    names=("${(@f)$(holdfastctl services --names 2>/dev/null)}")
    compadd -a names
  fi
}
compdef _holdfastctl holdfastctl
)sh");
}

}  // namespace holdfast::ctl
