#include "core/engine/overrides.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/engine/gate.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

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
  turn.Row(OverrideEnded{core.overrides[i].service, why});
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

Refusal RefuseByLimits(const Core& core, const UserRequest& request, MonoTime now) {
  const OverridePolicy& policy = core.policy->override_policy;
  if (Length(absl::StripAsciiWhitespace(request.reason)) < policy.min_reason_length) {
    return {
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("Give a reason of at least ", policy.min_reason_length, " characters: it is recorded.")};
  }
  if (request.duration > policy.max_duration || request.duration < absl::ZeroDuration()) {
    return {absl::StatusCode::kInvalidArgument,
            absl::StrCat("An override may last at most ", FormatShort(policy.max_duration), ".")};
  }
  if (OverridesLeftToday(core, now) == 0) {
    const std::string wait = core.overrides_begun.empty()
                                 ? ""
                                 : absl::StrCat(" The next is possible in ",
                                                FormatShort(core.overrides_begun.front() + kDay - now), ".");
    return {absl::StatusCode::kResourceExhausted,
            absl::StrCat("The policy allows ", policy.max_per_day, " overrides in 24 hours.", wait)};
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
  for (const Refusal& refusal : {RefuseByPerson(core, request), RefuseByTarget(core, request, now),
                                 RefuseByLimits(core, request, now)}) {
    if (refusal.code != absl::StatusCode::kOk) return Answer(turn, request, refusal.code, refusal.text);
  }
  const absl::Duration length =
      request.duration == absl::ZeroDuration() ? core.policy->override_policy.max_duration : request.duration;
  const Override begun{.service = request.service,
                       .uid = request.uid,
                       .user = request.user,
                       .began = now,
                       .until = now + length,
                       .until_wall = turn.now().wall + length};
  turn.Row(
      OverrideBegan{begun.service, begun.uid, begun.user, request.reason, begun.until_wall, begun.until});
  core.overrides.push_back(begun);
  core.overrides_begun.push_back(now);
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
    return request.service.IsNil() || o.service == request.service;
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
  EndWhere(core, turn, "user_switched",
           [&](const Override& o) { return !core.console.present || o.uid != core.console.uid; });
}

void ReviewOverrides(Core& core, Turn& turn) {
  const OverridePolicy& policy = core.policy->override_policy;
  for (Override& o : core.overrides) {
    o.until = std::min(o.until, o.began + policy.max_duration);
  }
  const bool none = policy.mode == OverrideMode::kNone || core.policy->mode == EnforcementMode::kOff;
  EndWhere(core, turn, "policy", [&](const Override& o) { return none || o.until <= turn.mono(); });
}

}  // namespace holdfast::engine
