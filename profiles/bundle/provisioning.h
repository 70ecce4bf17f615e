// The provisioning profile inside a bundle: what Apple lets its program claim. The signature is not verified.
#pragma once

#include <optional>
#include <string>

#include "profiles/bundle/bundle.h"
#include "profiles/bundle/tree.h"

namespace holdfast::bundle {

// Nothing when there is no such file; one that cannot be read says why.
std::optional<Provisioning> ReadProvisioning(const Tree& tree, const std::string& path);

}  // namespace holdfast::bundle
