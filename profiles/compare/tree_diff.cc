#include "profiles/compare/tree_diff.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;
using plist::Entry;
using plist::Value;

constexpr char kNotShown[] = "(not shown)";

bool IsSecret(const Value& value) {
  return value.As<plist::Redacted>() != nullptr;
}

bool IsScalar(const Value& value) {
  return value.As<Dict>() == nullptr && value.As<Array>() == nullptr;
}

std::string Show(const Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  if (const auto* flag = value.As<bool>()) return *flag ? "true" : "false";
  if (const auto* number = value.As<int64_t>()) return absl::StrCat(*number);
  if (const auto* real = value.As<double>()) return absl::StrCat(*real);
  if (const auto* date = value.As<plist::Date>()) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(date->unix_seconds),
                            absl::UTCTimeZone());
  }
  if (const auto* data = value.As<plist::Data>()) return absl::StrCat(data->bytes.size(), " bytes of data");
  if (const auto* array = value.As<Array>()) {
    return absl::StrCat(
        "[",
        absl::StrJoin(*array, ", ",
                      [](std::string* out, const Value& item) { absl::StrAppend(out, Show(item)); }),
        "]");
  }
  if (const auto* dict = value.As<Dict>()) return absl::StrCat("a dictionary of ", dict->entries().size());
  return kNotShown;
}

bool AllScalars(const Array& array) {
  return std::all_of(array.begin(), array.end(), IsScalar);
}

// Lists whose order says nothing.
bool IsSet(absl::string_view path) {
  constexpr std::array<absl::string_view, 5> kKeys = {"SSIDMatch", "DNSDomainMatch", "DNSServerAddressMatch",
                                                      "Domains", "AllowedTeamIdentifiers"};
  const absl::string_view key = path.substr(path.rfind('.') + 1);
  return absl::StrContains(path, "SystemExtension") ||
         std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

std::vector<std::string> Sorted(const Array& array) {
  std::vector<std::string> out;
  for (const Value& item : array) out.push_back(absl::StrCat(item.TypeName(), Show(item)));
  std::sort(out.begin(), out.end());
  return out;
}

class Differ {
 public:
  explicit Differ(const TreeDiffOptions& options) : options_(options) {}

  void Top(const ShownValue& before, const ShownValue& after) {
    const Dict *a = before.value->As<Dict>(), *b = after.value->As<Dict>();
    if (a != nullptr && b != nullptr && !IsSecret(*before.shown) && !IsSecret(*after.shown)) {
      Dicts(before, after, "", /*top=*/true);
    } else {
      Values(before, after, "");
    }
  }
  TreeDiff Take() { return std::move(out_); }

 private:
  bool Skips(absl::string_view key) const {
    return std::find(options_.skipped.begin(), options_.skipped.end(), key) != options_.skipped.end();
  }

  static std::string Below(const std::string& path, absl::string_view key) {
    return absl::StrCat(path, path.empty() ? "" : ".", key);
  }

  static ShownValue Child(const ShownValue& side, absl::string_view key) {
    const Value* value = side.value->Find(key);
    const Value* shown = side.shown->Find(key);
    return {value, shown == nullptr ? value : shown};
  }

  static ShownValue Item(const ShownValue& side, size_t i) {
    const Array* shown = side.shown->As<Array>();
    const Value* value = &(*side.value->As<Array>())[i];
    return {value, shown != nullptr && i < shown->size() ? &(*shown)[i] : value};
  }

  // Everything below, one side of it.
  void One(ChangeKind kind, const ShownValue& side, const std::string& path) {
    if (IsSecret(*side.shown)) return AddSecret(kind, path);
    if (const Dict* dict = side.value->As<Dict>(); dict != nullptr && !dict->entries().empty()) {
      for (const Entry& entry : dict->entries()) One(kind, Child(side, entry.key), Below(path, entry.key));
      return;
    }
    const Array* array = side.value->As<Array>();
    if (array != nullptr && !AllScalars(*array)) {
      for (size_t i = 0; i < array->size(); ++i) One(kind, Item(side, i), absl::StrCat(path, "[", i, "]"));
      return;
    }
    const std::string text = Show(*side.shown);
    const bool added = kind == ChangeKind::kAdded;
    out_.changes.push_back({kind, path, added ? "" : text, added ? text : "", false});
  }

  void AddSecret(ChangeKind kind, const std::string& path) {
    out_.changes.push_back({kind, path, kind == ChangeKind::kAdded ? "" : kNotShown,
                            kind == ChangeKind::kRemoved ? "" : kNotShown, true});
  }

  void Values(const ShownValue& before, const ShownValue& after, const std::string& path) {
    if (IsSecret(*before.value) || IsSecret(*after.value)) {
      ++out_.secrets_skipped;
      return;
    }
    const bool dicts = before.value->As<Dict>() != nullptr && after.value->As<Dict>() != nullptr;
    const bool lists = before.value->As<Array>() != nullptr && after.value->As<Array>() != nullptr;
    if (dicts && !IsSecret(*before.shown) && !IsSecret(*after.shown))
      return Dicts(before, after, path, false);
    if (lists && !IsSecret(*before.shown) && !IsSecret(*after.shown)) return Lists(before, after, path);
    Scalars(before, after, path);
  }

  void Scalars(const ShownValue& before, const ShownValue& after, const std::string& path) {
    if (*before.value == *after.value) return;
    if (IsSecret(*before.shown) || IsSecret(*after.shown)) return AddSecret(ChangeKind::kChanged, path);
    const auto *a = before.value->As<std::string>(), *b = after.value->As<std::string>();
    if (a != nullptr && b != nullptr && options_.same_text && options_.same_text(*a, *b)) return;
    KeyChange change{ChangeKind::kChanged, path, Show(*before.shown), Show(*after.shown), false};
    if (before.value->TypeName() != after.value->TypeName()) {
      change.kind = ChangeKind::kRetyped;
      absl::StrAppend(&change.before, " (", before.value->TypeName(), ")");
      absl::StrAppend(&change.after, " (", after.value->TypeName(), ")");
    }
    out_.changes.push_back(std::move(change));
  }

  void Dicts(const ShownValue& before, const ShownValue& after, const std::string& path, bool top) {
    const Dict &a = *before.value->As<Dict>(), &b = *after.value->As<Dict>();
    std::vector<absl::string_view> in_both_a, in_both_b;
    for (const Entry& entry : a.entries()) {
      if (top && Skips(entry.key)) continue;
      const ShownValue other = Child(after, entry.key);
      if (other.value == nullptr) {
        Missing(ChangeKind::kRemoved, Child(before, entry.key), Below(path, entry.key));
      } else {
        in_both_a.push_back(entry.key);
        Values(Child(before, entry.key), other, Below(path, entry.key));
      }
    }
    for (const Entry& entry : b.entries()) {
      if (top && Skips(entry.key)) continue;
      if (a.Find(entry.key) != nullptr) {
        in_both_b.push_back(entry.key);
      } else {
        Missing(ChangeKind::kAdded, Child(after, entry.key), Below(path, entry.key));
      }
    }
    out_.reordered = out_.reordered || in_both_a != in_both_b;
  }

  // A secret that only one side is known to have.
  void Missing(ChangeKind kind, const ShownValue& side, const std::string& path) {
    if (IsSecret(*side.value)) {
      ++out_.secrets_skipped;
    } else {
      One(kind, side, path);
    }
  }

  void Lists(const ShownValue& before, const ShownValue& after, const std::string& path) {
    const Array &a = *before.value->As<Array>(), &b = *after.value->As<Array>();
    if (AllScalars(a) && AllScalars(b)) {
      if (IsSet(path) && Sorted(a) == Sorted(b)) {
        out_.reordered = out_.reordered || !(a == b);
        return;
      }
      return Scalars(before, after, path);
    }
    for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      const std::string item = absl::StrCat(path, "[", i, "]");
      if (i >= a.size()) {
        Missing(ChangeKind::kAdded, Item(after, i), item);
      } else if (i >= b.size()) {
        Missing(ChangeKind::kRemoved, Item(before, i), item);
      } else {
        Values(Item(before, i), Item(after, i), item);
      }
    }
  }

  const TreeDiffOptions& options_;
  TreeDiff out_;
};

}  // namespace

absl::string_view ChangeName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdded:
      return "added";
    case ChangeKind::kRemoved:
      return "removed";
    case ChangeKind::kRetyped:
      return "retyped";
    case ChangeKind::kChanged:
      break;
  }
  return "changed";
}

TreeDiff DiffTrees(const ShownValue& before, const ShownValue& after, const TreeDiffOptions& options) {
  Differ differ(options);
  differ.Top(before, after);
  return differ.Take();
}

}  // namespace holdfast::profiles
