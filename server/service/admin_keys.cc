// ServerCore's methods about authorities and policy keys.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "server/service/state.h"

namespace holdfast::server {

absl::Status ServerCore::State::KeysChanged(const std::string& what) {
  if (!keys.changed()) return absl::OkStatus();
  // What fails is tried again with each tick: a key that was retired must not be shown for long.
  if (key_listener) HOLDFAST_RETURN_IF_ERROR(key_listener(what));
  keys.Told();
  // What devices say after it is what the next step waits for.
  return what.empty() ? absl::OkStatus() : NudgeGroup("", [](const Uuid&) { return true; });
}

absl::Status ServerCore::State::StepKeys() {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<std::string> steps, keys.Tick());
  return KeysChanged(absl::StrJoin(steps, "; "));
}

absl::StatusOr<std::vector<KeyInfo>> ServerCore::ListKeys(const Actor& actor) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListKeys));
  return state_->keys.List();
}

// The step is durable when the listeners are told: an error of theirs is the tick's to report and repeat.
absl::StatusOr<KeyInfo> ServerCore::RotateKey(const Actor& actor, KeyKind kind) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kRotateKey));
  HOLDFAST_ASSIGN_OR_RETURN(KeyInfo made, state_->keys.Rotate(actor, kind));
  state_->KeysChanged(absl::StrCat(made.key.id, " is the next ", KeyKindName(kind), " key")).IgnoreError();
  return made;
}

absl::StatusOr<KeyInfo> ServerCore::ActivateKey(const Actor& actor, const KeyStepRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kActivateKey));
  HOLDFAST_ASSIGN_OR_RETURN(KeyInfo key, state_->keys.Activate(actor, request));
  state_
      ->KeysChanged(
          absl::StrCat("the ", KeyKindName(key.key.kind), " key ", key.key.id, " is the current one now"))
      .IgnoreError();
  return key;
}

absl::StatusOr<KeyInfo> ServerCore::RetireKey(const Actor& actor, const KeyStepRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kRetireKey));
  HOLDFAST_ASSIGN_OR_RETURN(KeyInfo key, state_->keys.Retire(actor, request));
  state_->KeysChanged(absl::StrCat("the ", KeyKindName(key.key.kind), " key ", key.key.id, " is retired"))
      .IgnoreError();
  return key;
}

}  // namespace holdfast::server
