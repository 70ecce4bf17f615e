// Several documents into one, key by key. Pure and thread-safe.
#pragma once

#include <vector>

#include "core/policy/document.h"
#include "core/policy/parse.h"

namespace holdfast {

// Marks every value, down to the last, as written in this layer.
void SetLayer(DocumentValue& value, int layer);

// Highest precedence first. A section is merged key by key; anything else, lists too, is the highest layer's
// that writes it. What a layer writes without a value counts as not written when a lower layer writes it.
// Unknown keys of every layer are kept.
Document MergeLayers(std::vector<PolicyLayer> layers);

}  // namespace holdfast
