// Prints docs/policy.md.
#include <cstdio>

#include "core/policy/markdown.h"

int main() {
  const std::string text = holdfast::PolicyMarkdown();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
