#include "agent/signals/parse/prefilter.h"

#include <array>
#include <cstdint>

namespace holdfast::parse {
namespace {

struct Mark {
  absl::string_view text;
  size_t anchor;  // where its rarest letter stands
};

constexpr std::array<Mark, 8> kMarks = {{{"NESM", 3},
                                         {"NECP", 3},
                                         {"nesessionmanager", 13},
                                         {"sysextd", 4},
                                         {"OSSystemExtension", 0},
                                         {"interface: ", 5},
                                         {"ermission denied", 2},
                                         {"last stop reason", 8}}};

using Marks = uint16_t;  // a bit for each

// For each byte the marks that it anchors. One look at each byte of the line costs a tenth of a search for
// each mark.
constexpr std::array<Marks, 256> kAnchored = [] {
  std::array<Marks, 256> anchored{};
  for (size_t i = 0; i < kMarks.size(); ++i) {
    anchored[static_cast<unsigned char>(kMarks[i].text[kMarks[i].anchor])] |= static_cast<Marks>(1U << i);
  }
  return anchored;
}();

bool HoldsAt(absl::string_view line, size_t at, const Mark& mark) {
  return at >= mark.anchor && line.substr(at - mark.anchor, mark.text.size()) == mark.text;
}

bool HoldsOneAt(absl::string_view line, size_t at, Marks marks) {
  for (size_t i = 0; marks != 0; ++i, marks = static_cast<Marks>(marks >> 1)) {
    if ((marks & 1) != 0 && HoldsAt(line, at, kMarks[i])) return true;
  }
  return false;
}

}  // namespace

bool MayMatter(absl::string_view line) {
  for (size_t at = 0; at < line.size(); ++at) {
    const Marks marks = kAnchored[static_cast<unsigned char>(line[at])];
    if (marks != 0 && HoldsOneAt(line, at, marks)) return true;
  }
  return false;
}

}  // namespace holdfast::parse
