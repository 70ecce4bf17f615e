// Finds which keys of the schema a document gives, in whichever spelling, and tells of the keys it does not
// know.
#pragma once

#include <map>
#include <string>

#include "core/policy/document.h"
#include "core/policy/problems.h"

namespace holdfast {

class GivenKeys {
 public:
  // Reports unknown keys as warnings; a key in two spellings, and a scalar in place of a section,
  // as errors. The document must outlive the result.
  static GivenKeys Find(const Document& document, Problems& problems);

  // By path in PascalCase with indices: "Services[0].Match.Name". Null is not given.
  const DocumentValue* Value(const std::string& path) const;
  // Of the value, or of the nearest thing around it that is given.
  Position At(std::string path) const;
  // What was given, as Value finds it, and where.
  std::map<std::string, Position> Positions() const;

 private:
  friend class KeyFinder;
  std::map<std::string, const DocumentValue*> values_;
};

}  // namespace holdfast
