#include "core/engine/requests.h"

#include "absl/strings/str_cat.h"
#include "core/engine/command.h"
#include "core/engine/failure.h"
#include "core/engine/gate.h"
#include "core/engine/group.h"
#include "core/engine/overrides.h"

namespace holdfast::engine {
namespace {

using Code = absl::StatusCode;

// The service that the request may touch; otherwise it was answered.
Service* Target(Core& core, Turn& turn, const UserRequest& request) {
  const auto found = core.services.find(request.service);
  if (found == core.services.end() || !found->second.installed) {
    Answer(turn, request, Code::kNotFound,
           "No such service is installed. List them with: holdfastctl services");
    return nullptr;
  }
  Service& service = found->second;
  if (service.rule < 0) {
    Answer(turn, request, Code::kFailedPrecondition,
           absl::StrCat("No rule of the policy names ", NameOf(service),
                        ", so Holdfast leaves it alone. Use System Settings or its own app."));
    return nullptr;
  }
  if (!Enforcing(core)) {
    Answer(turn, request, Code::kFailedPrecondition,
           absl::StrCat("The policy only observes, so Holdfast sends no commands. Use System Settings or ",
                        NameOf(service), "'s own app."));
    return nullptr;
  }
  if (!service.learned) {
    Answer(turn, request, Code::kUnavailable,
           absl::StrCat("The status of ", NameOf(service), " is not known yet. Try again in a few seconds."));
    return nullptr;
  }
  return &service;
}

void StartForPerson(Core& core, Turn& turn, Service& service, const UserRequest& request) {
  switch (service.phase) {
    case Phase::kDown:
      SendStart(core, turn, service, {absl::StrCat("user:", request.uid), request.uid});
      return Answer(turn, request, Code::kOk, absl::StrCat("Starting ", NameOf(service), "."));
    case Phase::kUp:
      return Answer(turn, request, Code::kOk, absl::StrCat(NameOf(service), " is connected."));
    case Phase::kStarting:
    case Phase::kConnecting:
      return Answer(turn, request, Code::kOk,
                    absl::StrCat(NameOf(service), " has been connecting for ",
                                 FormatShort(turn.mono() - service.phase_since), "."));
    case Phase::kStopping:
    case Phase::kDisconnecting:
    case Phase::kUnlearned:
      service.person_start = request.uid;
      return Answer(turn, request, Code::kOk,
                    absl::StrCat(NameOf(service), " is going down; it is started as soon as it is."));
  }
}

void Connect(Core& core, Turn& turn, const UserRequest& request) {
  Service* service = Target(core, turn, request);
  if (service == nullptr) return;
  if (const Service* up = GroupMemberUp(core, *service)) {
    return Answer(turn, request, Code::kFailedPrecondition,
                  absl::StrCat("At most one service of conflict group \"", service->group,
                               "\" may be up, and ", NameOf(*up), " is. Disconnect that one first."));
  }
  service->person_stop.reset();
  ClearHolds(core, turn, *service, "a person connects it");
  GiveFreshChance(*service);
  StartForPerson(core, turn, *service, request);
}

std::string HowToOverride(const Core& core, const Service& service, MonoTime now) {
  const OverridePolicy& policy = core.policy->override_policy;
  if (policy.mode == OverrideMode::kNone) return "Ask your administrator if it has to be off.";
  if (policy.mode == OverrideMode::kAdminCode) {
    return absl::StrCat("If it has to be off, ask your help desk for a code: holdfastctl override \"",
                        NameOf(service), "\" --code CODE --reason \"WHY\"");
  }
  const absl::string_view shown = policy.mode == OverrideMode::kPasscode ? " --passcode"
                                  : policy.mode == OverrideMode::kTicket ? " --ticket NUMBER"
                                                                         : "";
  return absl::StrCat("If it has to be off, begin an override (at most ", FormatShort(policy.max_duration),
                      ", ", OverridesLeftToday(core, now), " left in 24 hours): holdfastctl override \"",
                      NameOf(service), "\"", shown, " --reason \"WHY\"");
}

void Disconnect(Core& core, Turn& turn, const UserRequest& request) {
  Service* service = Target(core, turn, request);
  if (service == nullptr) return;
  const bool overridden = ActiveOverride(core, service->facts.id, turn.mono()) != nullptr;
  const bool allowed = !service->required || RuleOf(core, *service).always_connected.allow_disconnect;
  if (!overridden && !allowed) {
    return Answer(
        turn, request, Code::kPermissionDenied,
        absl::StrCat(NameOf(*service), " must stay connected (rule \"", RuleOf(core, *service).label, "\"). ",
                     HowToOverride(core, *service, turn.mono())));
  }
  NotePersonStop(core, turn, *service);
  if (service->phase == Phase::kDown) {
    return Answer(turn, request, Code::kOk, absl::StrCat(NameOf(*service), " is disconnected."));
  }
  if (service->phase != Phase::kStopping) {
    SendStop(core, turn, *service, absl::StrCat("user:", request.uid));
  }
  Answer(turn, request, Code::kOk, absl::StrCat("Disconnecting ", NameOf(*service), "."));
}

}  // namespace

void OnUserRequest(Core& core, Turn& turn, const UserRequest& request) {
  turn.Row(request);
  switch (request.verb) {
    case UserRequest::Verb::kConnect:
      return Connect(core, turn, request);
    case UserRequest::Verb::kDisconnect:
      return Disconnect(core, turn, request);
    case UserRequest::Verb::kOverride:
      return BeginOverride(core, turn, request);
    case UserRequest::Verb::kEndOverride:
      return EndOverrideByPerson(core, turn, request);
  }
  Answer(turn, request, Code::kInvalidArgument, "This request is not known.");
}

}  // namespace holdfast::engine
