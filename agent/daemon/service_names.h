// What a person means by a service: a UUID, a configuration's name or a rule's label.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"

namespace holdfast::agent {

// NOT_FOUND lists what there is; INVALID_ARGUMENT lists the candidates of an ambiguous name. An empty name
// means the only required service, if there is exactly one.
absl::StatusOr<Uuid> ResolveService(const std::vector<ServiceView>& services, const std::string& name);

}  // namespace holdfast::agent
