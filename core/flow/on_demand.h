// What On Demand does about one destination.
#pragma once

#include "core/flow/flow.h"

namespace holdfast {

// For a service that is enabled and has On Demand on. The first rule that matches counts; conditions are
// about the network and are not judged here.
FlowStep OnDemandFor(const Flow& flow, const FlowService& service);

}  // namespace holdfast
