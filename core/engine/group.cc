#include "core/engine/group.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "core/engine/command.h"
#include "core/engine/gate.h"

namespace holdfast::engine {
namespace {

bool IsFullTunnel(const Service& service) {
  return service.facts.type != ServiceType::kTransparentProxy && service.facts.full_tunnel == true;
}

// What time alone, or nothing that is expected, will soon take away: another member gets its turn.
bool Lasts(Block block) {
  switch (block) {
    case Block::kOverride:
    case Block::kLogin:
    case Block::kDisabled:
    case Block::kConflict:
    case Block::kAllowedStop:
    case Block::kInteractive:
    case Block::kHold:
    case Block::kCircuit:
    case Block::kBudget:
      return true;
    case Block::kNone:
    case Block::kAsleep:
    case Block::kUnknown:
    case Block::kNoNetwork:
    case Block::kDownAfterUpdate:
    case Block::kTrusted:
    case Block::kUntrusted:
    case Block::kCaptive:
    case Block::kStandby:
    case Block::kPersonStop:
    case Block::kStorm:
    case Block::kSettling:
    case Block::kBackoff:
      return false;
  }
  return false;
}

bool IsComingUp(const Service& service) {
  return service.phase == Phase::kStarting || service.phase == Phase::kConnecting || service.remedy.step;
}

// The members of the service's group that are required now, by position; empty without a group.
std::vector<const Service*> MembersOf(const Core& core, const Service& service) {
  std::vector<const Service*> members;
  const auto group = core.groups.find(service.group);
  if (group == core.groups.end()) return members;
  for (const Uuid& id : group->second) members.push_back(&core.services.at(id));
  return members;
}

const Service* HolderOf(const Core& core, const std::vector<const Service*>& members, MonoTime now) {
  const auto first = [&](auto is_it) -> const Service* {
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const Service* s) { return is_it(*s); });
    return found == members.end() ? nullptr : *found;
  };
  if (const Service* up = first([](const Service& s) { return s.phase == Phase::kUp; })) return up;
  if (const Service* coming = first(IsComingUp)) return coming;
  return first([&](const Service& s) { return !Lasts(OwnGate(core, s, now).block); });
}

// The earlier required full tunnel that this one would supersede for ever.
const Service* ExcludedBy(const Service& service, const std::vector<Service*>& earlier) {
  if (!IsFullTunnel(service)) return nullptr;
  for (const Service* other : earlier) {
    const bool together = !service.group.empty() && service.group == other->group;
    if (IsFullTunnel(*other) && !other->excluded && !together) return other;
  }
  return nullptr;
}

}  // namespace

void BindGroups(Core& core, Turn& turn) {
  core.groups.clear();
  std::vector<Service*> required;
  for (auto& [id, service] : core.services) {
    service.group.clear();
    service.excluded = false;
    if (service.required) required.push_back(&service);
  }
  std::sort(required.begin(), required.end(), [](const Service* a, const Service* b) {
    return std::tie(a->rule, a->facts.id) < std::tie(b->rule, b->facts.id);
  });
  std::vector<std::string> conflicts;
  std::vector<Service*> earlier;
  for (Service* service : required) {
    service->group = RuleOf(core, *service).always_connected.conflict_group;
    if (!service->group.empty()) core.groups[service->group].push_back(service->facts.id);
    if (const Service* other = ExcludedBy(*service, earlier)) {
      service->excluded = true;
      conflicts.push_back(service->id_text);
      core.incidents.Open(turn, "tunnel_conflict", service->id_text,
                          absl::StrCat(NameOf(*service), " and ", NameOf(*other),
                                       " are both full tunnels and both required: only one can be up, so ",
                                       NameOf(*service), " is not started"),
                          absl::StrCat("service=", service->id_text, "; against=", other->id_text));
    }
    earlier.push_back(service);
  }
  core.incidents.CloseOthers(turn, "tunnel_conflict", conflicts, "they do not conflict any more");
}

bool StandsBy(const Core& core, const Service& service, MonoTime now) {
  const std::vector<const Service*> members = MembersOf(core, service);
  if (members.size() < 2) return false;
  const Service* holder = HolderOf(core, members, now);
  if (holder == nullptr) return false;
  if (holder != &service) return true;
  return service.phase == Phase::kDown && std::any_of(members.begin(), members.end(), [&](const Service* m) {
           return m != &service && m->phase != Phase::kDown;
         });
}

const Service* GroupMemberUp(const Core& core, const Service& service) {
  for (const Service* member : MembersOf(core, service)) {
    if (member != &service && member->phase == Phase::kUp) return member;
  }
  return nullptr;
}

void YieldToGroup(Core& core, Turn& turn, Service& service) {
  if (service.phase != Phase::kUp && service.phase != Phase::kConnecting) return;
  if (service.group.empty() || service.yielded) return;
  const Service* up = GroupMemberUp(core, service);
  if (up == nullptr || StartGate(core, service, turn.mono()).block != Block::kStandby) return;
  SendStop(core, turn, service, absl::StrCat("conflict_group:", service.group));
  if (Enforcing(core)) service.group_stop = turn.mono();
}

}  // namespace holdfast::engine
