// Finds the bundles in a tree and reads them. What cannot be read of one is told in it, and the rest is read.
#pragma once

#include <vector>

#include "profiles/bundle/bundle.h"
#include "profiles/bundle/tree.h"

namespace holdfast::bundle {

// In the order of their paths: a bundle comes before what lies in it. At most 500.
std::vector<Bundle> ReadBundles(const Tree& tree);

}  // namespace holdfast::bundle
