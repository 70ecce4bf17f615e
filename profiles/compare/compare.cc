#include "profiles/compare/compare.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/compare/effects.h"
#include "profiles/compare/match.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Value;

constexpr absl::string_view kUuid = "PayloadUUID";

class Comparer {
 public:
  Comparer(const Comparable& a, const Comparable& b) : a_(a), b_(b), mixed_(a.declaration != b.declaration) {}

  Comparison Run() {
    match_ = MatchPayloads(PayloadsOf(a_.root), PayloadsOf(b_.root));
    NoteReferences();
    if (!mixed_) CompareProfile();
    for (const auto& [i, j] : match_.pairs) ComparePair(i, j);
    for (size_t i : match_.only_in_first) Single(ChangeKind::kRemoved, a_, i);
    for (size_t j : match_.only_in_second) Single(ChangeKind::kAdded, b_, j);
    Explain();
    out_.effects = EffectsOf(a_, b_, match_);
    return std::move(out_);
  }

 private:
  // Of a profile that calls itself a certificate nothing is shown.
  static ShownValue PayloadAt(const Comparable& side, size_t i) {
    static const auto& hidden = *new Value(plist::Redacted{});
    const Array& shown = PayloadsOf(side.shown);
    return {&PayloadsOf(side.root)[i], i < shown.size() ? &shown[i] : &hidden};
  }

  static std::string Upper(const std::string& text) { return absl::AsciiStrToUpper(text); }

  // The UUID of a payload says the same as that of its partner.
  void NoteReferences() {
    for (const auto& [i, j] : match_.pairs) {
      const std::string before = plist::Text(PayloadsOf(a_.root)[i], kUuid),
                        after = plist::Text(PayloadsOf(b_.root)[j], kUuid);
      if (!before.empty() && !after.empty()) references_[Upper(before)] = Upper(after);
      if (Upper(before) != Upper(after)) ++uuids_;
    }
    if (plist::Text(a_.root, kUuid) != plist::Text(b_.root, kUuid)) ++uuids_;
  }

  TreeDiffOptions Options() const {
    TreeDiffOptions options;
    options.same_text = [this](const std::string& before, const std::string& after) {
      const auto partner = references_.find(Upper(before));
      return partner != references_.end() && partner->second == Upper(after);
    };
    options.skipped = {kUuid};
    return options;
  }

  void CompareProfile() {
    TreeDiffOptions options = Options();
    options.skipped.push_back("PayloadContent");
    TreeDiff diff = DiffTrees({&a_.root, &a_.shown}, {&b_.root, &b_.shown}, options);
    reordered_ = reordered_ || diff.reordered;
    out_.profile = std::move(diff.changes);
  }

  void ComparePair(size_t i, size_t j) {
    TreeDiff diff = DiffTrees(PayloadAt(a_, i), PayloadAt(b_, j), Options());
    if (mixed_) {
      // A declaration has no such keys.
      std::erase_if(diff.changes, [](const KeyChange& key) { return absl::StartsWith(key.path, "Payload"); });
    }
    reordered_ = reordered_ || diff.reordered;
    out_.secrets_skipped += diff.secrets_skipped;
    if (diff.changes.empty()) return;
    PayloadChange change = Head(ChangeKind::kChanged, PayloadsOf(b_.root)[j]);
    change.keys = std::move(diff.changes);
    out_.payloads.push_back(std::move(change));
  }

  static PayloadChange Head(ChangeKind kind, const Value& payload) {
    return {kind,
            plist::Text(payload, "PayloadType"),
            plist::Text(payload, "PayloadIdentifier"),
            PayloadName(payload),
            {}};
  }

  void Single(ChangeKind kind, const Comparable& side, size_t i) {
    out_.payloads.push_back(Head(kind, PayloadsOf(side.root)[i]));
  }

  void Explain() {
    auto& notes = out_.same_meaning;
    if (a_.form != b_.form) {
      notes.push_back(absl::StrCat("the form: ", a_.form, " before, ", b_.form, " after"));
    }
    if (reordered_) notes.push_back("the order of keys, or of lists that are sets");
    for (size_t k = 1; k < match_.pairs.size(); ++k) {
      if (match_.pairs[k].second > match_.pairs[k - 1].second) continue;
      notes.push_back("the order of payloads");
      break;
    }
    if (uuids_ > 0 && !mixed_) {
      notes.push_back(absl::StrCat(uuids_, uuids_ == 1 ? " PayloadUUID" : " PayloadUUIDs",
                                   ", and what refers to a payload by it"));
    }
  }

  const Comparable &a_, &b_;
  const bool mixed_;
  PayloadMatch match_;
  std::map<std::string, std::string> references_;
  size_t uuids_ = 0;
  bool reordered_ = false;
  Comparison out_;
};

}  // namespace

Comparison Compare(const Comparable& a, const Comparable& b) {
  if (a.declaration == b.declaration) return Comparer(a, b).Run();
  const Comparable left = a.declaration ? AsProfile(a) : a, right = b.declaration ? AsProfile(b) : b;
  return Comparer(left, right).Run();
}

}  // namespace holdfast::profiles
