#include "core/engine/guesses.h"

#include "absl/strings/str_cat.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kWindow = absl::Hours(1);

void ForgetOld(Core& core, MonoTime now) {
  while (!core.guesses.empty() && now - core.guesses.front().at >= kWindow) core.guesses.pop_front();
}

}  // namespace

bool NoGuessLeft(const Core& core) {
  return core.guesses.size() >= kMostWrongCredentials;
}

// A good one clears nothing, so that it cannot be used to go on guessing.
void CountGuess(Core& core, Turn& turn, const UserRequest& request) {
  ForgetOld(core, turn.mono());
  if (!IsSecret(request.credential) || request.credential.good || NoGuessLeft(core)) return;
  const WrongCredential wrong{request.uid, request.user, request.credential.kind};
  turn.Row(wrong);
  core.guesses.push_back({turn.mono(), wrong});
}

void ReviewGuesses(Core& core, Turn& turn) {
  ForgetOld(core, turn.mono());
  if (core.guesses.empty()) {
    return core.incidents.Close(turn, "override_guessing", "", "no wrong one was shown for an hour");
  }
  turn.WakeAt(core.guesses.back().at + kWindow);
  if (!NoGuessLeft(core) || core.incidents.IsOpen("override_guessing", "")) return;
  const Guess &first = core.guesses.front(), &last = core.guesses.back();
  core.incidents.Open(
      turn, "override_guessing", "",
      absl::StrCat(core.guesses.size(), " wrong passcodes or codes were shown for an override within ",
                   FormatShort(last.at - first.at), ", the last one by ", last.wrong.user),
      absl::StrCat("wrong=", core.guesses.size(), "; within_s=", absl::ToInt64Seconds(last.at - first.at),
                   "; user=", last.wrong.user, "; uid=", last.wrong.uid,
                   "; shown=", CredentialName(last.wrong.kind)));
}

}  // namespace holdfast::engine
