// Reads property lists, XML and binary, from anywhere: bounded in size, depth and number of elements, never
// a crash. libplist decodes; what it does not check is checked before it sees a byte.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/oddity.h"
#include "profiles/plist/value.h"

namespace holdfast::plist {

enum class Form { kXml, kBinary };

struct Document {
  Value root;
  Form form = Form::kXml;
  // What is unusual and was accepted; the first hundred.
  std::vector<Oddity> warnings;
  std::vector<Comment> comments;
};

// `name` is for messages: a path or an identifier. INVALID_ARGUMENT says which line and what is wrong there;
// RESOURCE_EXHAUSTED when it is larger than anything that makes sense.
absl::StatusOr<Document> Parse(absl::string_view bytes, absl::string_view name);

}  // namespace holdfast::plist
