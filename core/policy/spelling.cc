#include "core/policy/spelling.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

namespace holdfast {

std::string SnakeSpelling(absl::string_view pascal_path) {
  std::string out;
  for (size_t i = 0; i < pascal_path.size(); ++i) {
    const char c = pascal_path[i];
    const bool inside = i > 0 && absl::ascii_isalnum(pascal_path[i - 1]);
    const bool after_lower = inside && !absl::ascii_isupper(pascal_path[i - 1]);
    const bool before_lower = i + 1 < pascal_path.size() && absl::ascii_islower(pascal_path[i + 1]);
    if (absl::ascii_isupper(c) && inside && (after_lower || before_lower)) out.push_back('_');
    out.push_back(absl::ascii_tolower(c));
  }
  return out;
}

std::string YamlSpelling(absl::string_view pascal_path) {
  std::string out;
  bool capital = false;
  for (char c : SnakeSpelling(pascal_path)) {
    if (c == '_') {
      capital = true;
      continue;
    }
    out.push_back(capital ? absl::ascii_toupper(c) : c);
    capital = false;
  }
  return out;
}

int EditDistance(absl::string_view a, absl::string_view b) {
  const auto same = [&](size_t i, size_t j) {
    return absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]);
  };
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = static_cast<int>(i);
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replace = cost[i - 1][j - 1] + (same(i - 1, j - 1) ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

absl::string_view NearestName(absl::string_view word, absl::Span<const absl::string_view> names) {
  constexpr size_t kLongestName = 64;
  absl::string_view best;
  if (word.empty() || word.size() > kLongestName) return best;
  int best_distance = std::max(1, static_cast<int>(word.size()) / 3) + 1;
  for (absl::string_view name : names) {
    const int distance = EditDistance(word, name);
    if (distance >= best_distance) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

}  // namespace holdfast
