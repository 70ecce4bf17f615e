// Services of which at most one may be up: the members of a ConflictGroup, and full tunnels that would
// supersede each other.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Sets groups and exclusions from policy and installed facts. Of two required tunnels that are both known to
// be full and share no group, the later one in the policy is excluded: it is not started, and
// tunnel_conflict says so.
void BindGroups(Core& core, Turn& turn);

// Whether another member of its group has the turn, or is still on its way down. The turn belongs to the
// first member by position that is up; else that is coming up; else that nothing lasting keeps from being
// started. While none can be started, each is judged for itself.
bool StandsBy(const Core& core, const Service& service, MonoTime now);

// The member of its group that is up although it is not this one; nullptr when none is.
const Service* GroupMemberUp(const Core& core, const Service& service);

// Stops a member that is up beside the one that has the turn.
void YieldToGroup(Core& core, Turn& turn, Service& service);

}  // namespace holdfast::engine
