#include "sim/scenario/command.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"

namespace holdfast::sim {
namespace {

bool Optional(absl::string_view parameter) {
  return absl::StartsWith(parameter, "[");
}

// Takes the first word, or the first quoted text, off the line.
absl::StatusOr<std::string> TakeWord(absl::string_view* line) {
  if (!absl::StartsWith(*line, "\"")) {
    const size_t end = std::min(line->find_first_of(" \t"), line->size());
    const std::string word(line->substr(0, end));
    *line = absl::StripAsciiWhitespace(line->substr(end));
    return word;
  }
  const size_t end = line->find('"', 1);
  if (end == absl::string_view::npos) {
    return absl::InvalidArgumentError("a quotation mark is not closed");
  }
  const std::string word(line->substr(1, end - 1));
  *line = absl::StripAsciiWhitespace(line->substr(end + 1));
  return word;
}

}  // namespace

absl::StatusOr<const Verb*> FindVerb(absl::string_view name) {
  for (const Verb& verb : Verbs()) {
    if (verb.name == name) return &verb;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown command '", name, "'; there are: ",
      absl::StrJoin(Verbs(), ", ", [](std::string* out, const Verb& v) { absl::StrAppend(out, v.name); })));
}

std::string Usage(const Verb& verb) {
  std::string usage(verb.name);
  for (absl::string_view parameter : verb.parameters) {
    absl::StrAppend(&usage, " ", absl::AsciiStrToUpper(parameter));
  }
  return usage;
}

absl::Status CheckArguments(const Verb& verb, const Command& command) {
  const size_t most = verb.parameters.size();
  const size_t least =
      most - static_cast<size_t>(std::count_if(verb.parameters.begin(), verb.parameters.end(), Optional));
  const size_t count = command.arguments.size();
  if (count >= least && count <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", verb.name, "' with ", count, " arguments; write: ", Usage(verb)));
}

absl::StatusOr<Command> ParseCommand(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty()) return absl::InvalidArgumentError("an empty command; 'help' lists what there is");
  Command command;
  HOLDFAST_ASSIGN_OR_RETURN(command.verb, TakeWord(&line));
  HOLDFAST_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(command.verb));
  if (verb->parameters.size() == 1 && !line.empty() && !absl::StartsWith(line, "\"")) {
    command.arguments.emplace_back(line);
    return command;
  }
  while (!line.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(std::string word, TakeWord(&line));
    command.arguments.push_back(std::move(word));
  }
  HOLDFAST_RETURN_IF_ERROR(CheckArguments(*verb, command));
  return command;
}

absl::StatusOr<std::string> Run(Stage& stage, const Command& command) {
  HOLDFAST_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(command.verb));
  HOLDFAST_RETURN_IF_ERROR(CheckArguments(*verb, command));
  return verb->run(stage, command);
}

absl::StatusOr<std::string> CommandInterpreter::Execute(absl::string_view line) {
  HOLDFAST_ASSIGN_OR_RETURN(const Command command, ParseCommand(line));
  return Execute(command);
}

std::string CommandInterpreter::Answer(absl::string_view line) {
  const absl::StatusOr<std::string> answer = Execute(line);
  const std::string text = answer.ok() ? (answer->empty() ? "ok" : absl::StrCat("ok: ", *answer))
                                       : absl::StrCat("error: ", answer.status().message());
  return absl::StrReplaceAll(text, {{"\n", " "}, {"\r", " "}});
}

}  // namespace holdfast::sim
