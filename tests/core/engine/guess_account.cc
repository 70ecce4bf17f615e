#include "guess_account.h"

namespace holdfast {
namespace {

constexpr size_t kMost = 5;
constexpr absl::Duration kWithin = absl::Hours(1);

}  // namespace

void GuessAccount::OnRequest(MonoTime true_now, const UserRequest& request,
                             const std::vector<Effect>& effects, uint64_t recorded) {
  const Credential& shown = request.credential;
  if (request.verb != UserRequest::Verb::kOverride || !IsSecret(shown)) return;
  while (!guesses_.empty() && true_now - guesses_.front().at >= kWithin) guesses_.pop_front();
  const bool none_left = guesses_.size() >= kMost;
  bool counted = false;
  for (const Effect& effect : effects) {
    if (const auto* record = std::get_if<Record>(&effect)) {
      ++recorded;
      if (std::holds_alternative<WrongCredential>(record->event)) {
        counted = true;
        guesses_.push_back({true_now, recorded});
      }
      if (none_left && std::holds_alternative<OverrideBegan>(record->event))
        broken_("an override was given to who had guessed five times within the hour");
    } else if (const auto* answer = std::get_if<AnswerRequest>(&effect)) {
      const bool told = !shown.good && answer->status.message() == shown.problem;
      if (told && !counted) broken_("a wrong passcode or code was answered without its row");
    }
  }
  if (guesses_.size() > kMost) broken_("more than five guesses within an hour");
}

void GuessAccount::AgentRestarts(std::optional<uint64_t> survived) {
  if (survived) std::erase_if(guesses_, [&](const Guess& guess) { return guess.row > *survived; });
  for (Guess& guess : guesses_) guess.row = 0;
}

}  // namespace holdfast
