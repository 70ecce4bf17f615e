// docs/policy.md, from the schema.
#pragma once

#include <string>

namespace holdfast {

std::string PolicyMarkdown();

}  // namespace holdfast
