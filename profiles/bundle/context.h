// What rules see of everything that was read, and where they put what they find.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "profiles/bundle/bundle.h"
#include "profiles/bundle/inspect.h"
#include "profiles/bundle/tree.h"
#include "profiles/lint/finding.h"

namespace holdfast::bundle {

class Context {
 public:
  // All must outlive the context.
  Context(const Tree& tree, const std::vector<Bundle>& bundles, const Options& options)
      : tree_(tree), bundles_(bundles), options_(options) {}

  const Tree& tree() const { return tree_; }
  const std::vector<Bundle>& bundles() const { return bundles_; }
  const Options& options() const { return options_; }
  // Null: it lies in none.
  const Bundle* AppOf(const Bundle& bundle) const { return At(bundle.app); }
  const Bundle* ParentOf(const Bundle& bundle) const { return At(bundle.parent); }
  // Of that kind, directly or indirectly inside.
  std::vector<const Bundle*> Inside(const Bundle& bundle, Kind kind) const;

  // `key`: of the property list; its line is looked up. `fix` takes the place of the rule's own. What is
  // already told is not told again: architectures mostly say the same.
  lint::Finding& InInfo(const lint::Rule& rule, const Bundle& bundle, absl::string_view key, std::string what,
                        std::string fix = "");
  // `key`: an entitlement or a load command.
  lint::Finding& InProgram(const lint::Rule& rule, const Bundle& bundle, absl::string_view key,
                           std::string what, std::string fix = "");
  lint::Finding& Add(const lint::Rule& rule, const Bundle& bundle, lint::Place place, std::string what,
                     std::string fix = "");
  // About the folder itself.
  lint::Finding& Add(const lint::Rule& rule, const std::string& path, std::string what);
  std::vector<lint::Finding> Take() { return std::move(findings_); }

 private:
  const Bundle* At(std::optional<size_t> index) const { return index ? &bundles_[*index] : nullptr; }
  lint::Finding& Put(lint::Finding finding);

  const Tree& tree_;
  const std::vector<Bundle>& bundles_;
  const Options& options_;
  std::vector<lint::Finding> findings_;
};

}  // namespace holdfast::bundle
