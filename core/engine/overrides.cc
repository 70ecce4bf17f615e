#include "core/engine/overrides.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/engine/gate.h"
#include "core/engine/guesses.h"
#include "core/engine/suspension.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kLongestCode = absl::Hours(12);

// Characters, not bytes: continuation bytes of UTF-8 do not count.
int Length(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string ServiceName(const Core& core, const Uuid& id) {
  if (id.IsNil()) return "every service";
  const auto found = core.services.find(id);
  return found == core.services.end() ? id.ToString() : NameOf(found->second);
}

void EndAt(Core& core, Turn& turn, size_t i, const std::string& why) {
  const Override& o = core.overrides[i];
  if (o.suspension) {
    turn.Row(SuspensionEnded{*o.suspension, o.number, o.name, why});
  } else {
    turn.Row(OverrideEnded{o.service, why});
  }
  core.overrides.erase(core.overrides.begin() + static_cast<std::ptrdiff_t>(i));
}

template <class Predicate>
int EndWhere(Core& core, Turn& turn, const std::string& why, Predicate ends) {
  int ended = 0;
  for (size_t i = core.overrides.size(); i-- > 0;) {
    if (!ends(core.overrides[i])) continue;
    EndAt(core, turn, i, why);
    ++ended;
  }
  return ended;
}

struct Refusal {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string text;
};

Refusal RefuseByPerson(const Core& core, const UserRequest& request) {
  const OverridePolicy& policy = core.policy->override_policy;
  if (core.policy->mode == EnforcementMode::kOff) {
    return {absl::StatusCode::kFailedPrecondition,
            "Nothing is enforced now, so there is nothing to override."};
  }
  if (policy.mode == OverrideMode::kNone) {
    return {absl::StatusCode::kPermissionDenied,
            "The policy allows no override. Ask your administrator if you need one."};
  }
  if (!core.console.present || request.uid != core.console.uid) {
    return {absl::StatusCode::kPermissionDenied,
            core.console.present ? absl::StrCat("An override belongs to the person at the Mac: run it as ",
                                                core.console.name, ", without sudo.")
                                 : "An override belongs to the person at the Mac, and nobody is logged in."};
  }
  return {};
}

bool ByCode(const UserRequest& request) {
  return request.credential.kind == Credential::Kind::kCode;
}

// What was shown, against what the policy asks for. A code is good in every mode that allows an override.
Refusal RefuseByCredential(const Core& core, const UserRequest& request) {
  using Kind = Credential::Kind;
  const OverridePolicy& policy = core.policy->override_policy;
  const Credential& shown = request.credential;
  const auto ask = [](absl::string_view text) {
    return Refusal{absl::StatusCode::kInvalidArgument, std::string(text)};
  };
  if (IsSecret(shown)) {
    if (NoGuessLeft(core)) {
      return {absl::StatusCode::kResourceExhausted,
              absl::StrCat("There were ", kMostWrongCredentials,
                           " wrong passcodes or codes within an hour. Wait, or call "
                           "your help desk.")};
    }
    if (!shown.good) return {absl::StatusCode::kPermissionDenied, shown.problem};
  }
  if (shown.kind == Kind::kCode) {
    if (!core.spent_codes.contains(shown.id)) return {};
    return {absl::StatusCode::kPermissionDenied,
            absl::StrCat("The code ", shown.id, " was used before. Ask your help desk for a new one.")};
  }
  switch (policy.mode) {
    case OverrideMode::kPasscode:
      if (shown.kind != Kind::kPasscode) return ask("The policy asks for a passcode: add --passcode.");
      return {};
    case OverrideMode::kTicket:
      if (shown.kind != Kind::kTicket) return ask("The policy asks for a ticket: add --ticket NUMBER.");
      if (!RE2::FullMatch(shown.text, RE2(policy.ticket_pattern))) {
        return ask(absl::StrCat("\"", shown.text, "\" is not the number of a ticket; it looks like ",
                                policy.ticket_pattern, "."));
      }
      return {};
    case OverrideMode::kAdminCode:
      return ask("The policy asks for a code: ask your help desk for one and add --code CODE.");
    case OverrideMode::kNone:
    case OverrideMode::kReason:
      break;
  }
  return {};
}

absl::Duration LongestFor(const Core& core, const UserRequest& request) {
  return ByCode(request) ? std::min(request.credential.length, kLongestCode)
                         : core.policy->override_policy.max_duration;
}

Refusal RefuseByLimits(const Core& core, const UserRequest& request, MonoTime now) {
  const OverridePolicy& policy = core.policy->override_policy;
  if (Length(absl::StripAsciiWhitespace(request.reason)) < policy.min_reason_length) {
    return {
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("Give a reason of at least ", policy.min_reason_length, " characters: it is recorded.")};
  }
  const absl::Duration longest = LongestFor(core, request);
  if (request.duration > longest || request.duration < absl::ZeroDuration()) {
    return {absl::StatusCode::kInvalidArgument,
            absl::StrCat(ByCode(request) ? "With this code an override" : "An override", " may last at most ",
                         FormatShort(longest), ".")};
  }
  if (ByCode(request)) return {};
  if (OverridesLeftToday(core, now) == 0) {
    const std::string wait = core.overrides_begun.empty()
                                 ? ""
                                 : absl::StrCat(" The next is possible in ",
                                                FormatShort(core.overrides_begun.front() + kDay - now), ".");
    return {absl::StatusCode::kResourceExhausted,
            absl::StrCat("The policy allows ", policy.max_per_day,
                         policy.max_per_day == 1 ? " override" : " overrides", " in 24 hours.", wait)};
  }
  return {};
}

Refusal RefuseByTarget(const Core& core, const UserRequest& request, MonoTime now) {
  if (!request.service.IsNil()) {
    const auto found = core.services.find(request.service);
    if (found == core.services.end() || !found->second.required) {
      return {absl::StatusCode::kFailedPrecondition,
              absl::StrCat("No rule requires ", ServiceName(core, request.service),
                           ": you can disconnect it without an override.")};
    }
  }
  if (const Override* running = ActiveOverride(core, request.service, now)) {
    if (running->suspension) {
      return {absl::StatusCode::kAlreadyExists,
              absl::StrCat(ExplainExcuse(*running), " for another ", FormatShort(running->until - now),
                           ": nothing is enforced that you could override.")};
    }
    return {
        absl::StatusCode::kAlreadyExists,
        absl::StrCat("An override of ", ServiceName(core, running->service), " runs for another ",
                     FormatShort(running->until - now), ". End it first with: holdfastctl override --end")};
  }
  return {};
}

}  // namespace

void Answer(Turn& turn, const UserRequest& request, absl::StatusCode code, const std::string& text) {
  turn.Emit(AnswerRequest{request.request,
                          code == absl::StatusCode::kOk ? absl::OkStatus() : absl::Status(code, text), text});
}

int OverridesLeftToday(const Core& core, MonoTime now) {
  const auto recent = std::count_if(core.overrides_begun.begin(), core.overrides_begun.end(),
                                    [&](MonoTime at) { return now - at < kDay; });
  return std::max(0, core.policy->override_policy.max_per_day - static_cast<int>(recent));
}

void BeginOverride(Core& core, Turn& turn, const UserRequest& request) {
  const MonoTime now = turn.mono();
  while (!core.overrides_begun.empty() && now - core.overrides_begun.front() >= kDay) {
    core.overrides_begun.pop_front();
  }
  const Refusal person = RefuseByPerson(core, request);
  // Others are told nothing about what they showed, and cannot use up the attempts of the person at the Mac.
  if (person.code == absl::StatusCode::kOk) CountGuess(core, turn, request);
  for (const Refusal& refusal : {person, RefuseByCredential(core, request),
                                 RefuseByTarget(core, request, now), RefuseByLimits(core, request, now)}) {
    if (refusal.code != absl::StatusCode::kOk) return Answer(turn, request, refusal.code, refusal.text);
  }
  const absl::Duration longest = LongestFor(core, request);
  const absl::Duration length = request.duration == absl::ZeroDuration() ? longest : request.duration;
  const Override begun{.by_code = ByCode(request) ? std::optional(longest) : std::nullopt,
                       .service = request.service,
                       .uid = request.uid,
                       .user = request.user,
                       .began = now,
                       .until = now + length,
                       .until_wall = turn.now().wall + length};
  if (begun.by_code) {
    core.spent_codes.insert(request.credential.id);
    turn.Row(CodeSpent{request.credential.id, begun.service, begun.uid, longest});
  } else {
    core.overrides_begun.push_back(now);
  }
  const bool with_ticket = request.credential.kind == Credential::Kind::kTicket;
  const std::string reason =
      with_ticket ? absl::StrCat("[", request.credential.text, "] ", request.reason) : request.reason;
  turn.Row(OverrideBegan{begun.service, begun.uid, begun.user, reason, begun.until_wall, begun.until});
  core.overrides.push_back(begun);
  for (auto& [id, service] : core.services) {
    if (request.service.IsNil() || id == request.service) service.remedy.step.reset();
  }
  Answer(turn, request, absl::StatusCode::kOk,
         absl::StrCat("Override of ", ServiceName(core, request.service), " for ", FormatShort(length),
                      ", until ", FormatUtc(begun.until_wall), ". ", OverridesLeftToday(core, now),
                      " more in 24 hours."));
}

void EndOverrideByPerson(Core& core, Turn& turn, const UserRequest& request) {
  const bool may = request.uid == 0 || (core.console.present && request.uid == core.console.uid);
  if (!may) {
    return Answer(turn, request, absl::StatusCode::kPermissionDenied,
                  "Only the person at the Mac or root can end an override.");
  }
  const int ended = EndWhere(core, turn, "ended_by_user", [&](const Override& o) {
    return !o.suspension && (request.service.IsNil() || o.service == request.service);
  });
  if (ended == 0) {
    return Answer(turn, request, absl::StatusCode::kNotFound,
                  absl::StrCat("No override of ", ServiceName(core, request.service), " is running."));
  }
  Answer(turn, request, absl::StatusCode::kOk, "The override has ended; the policy is enforced again.");
}

void ExpireOverrides(Core& core, Turn& turn) {
  EndWhere(core, turn, "expired", [&](const Override& o) { return o.until <= turn.mono(); });
  for (const Override& o : core.overrides) turn.WakeAt(o.until);
}

void EndOverridesOfOthers(Core& core, Turn& turn) {
  EndWhere(core, turn, "user_switched", [&](const Override& o) {
    return !o.suspension && (!core.console.present || o.uid != core.console.uid);
  });
}

void ReviewOverrides(Core& core, Turn& turn) {
  const OverridePolicy& policy = core.policy->override_policy;
  for (Override& o : core.overrides) {
    if (!o.suspension) o.until = std::min(o.until, o.began + o.by_code.value_or(policy.max_duration));
  }
  const bool none = policy.mode == OverrideMode::kNone || core.policy->mode == EnforcementMode::kOff;
  EndWhere(core, turn, "policy",
           [&](const Override& o) { return !o.suspension && (none || o.until <= turn.mono()); });
}

void EndSuspensions(Core& core, Turn& turn, const std::string& why,
                    const std::function<bool(const Override&)>& ends) {
  EndWhere(core, turn, why, [&](const Override& o) { return o.suspension && ends(o); });
}

}  // namespace holdfast::engine
