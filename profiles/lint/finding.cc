#include "profiles/lint/finding.h"

#include <tuple>

namespace holdfast::lint {

bool ReadsBefore(const Finding& a, const Finding& b) {
  const auto key = [](const Finding& f) {
    return std::tie(f.place.file, f.place.line, f.rule->id, f.place.key_path, f.what);
  };
  return key(a) < key(b);
}

}  // namespace holdfast::lint
