// The list of accepted findings that stands beside the profiles.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "core/policy/document.h"
#include "profiles/lint/allow.h"
#include "profiles/lint/lint.h"

namespace holdfast::lint {
namespace {

absl::Status Fail(absl::string_view source, Position at, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(source, ":", at.line, ": ", what));
}

absl::StatusOr<Allowed> ReadEntry(const DocumentValue& value, absl::string_view source) {
  const auto* map = value.AsMap();
  if (map == nullptr)
    return Fail(source, value.at, "an entry of 'allow' is a map with rule, reason and files");
  Allowed allowed;
  allowed.place = {std::string(source), static_cast<uint32_t>(value.at.line), ""};
  for (const DocumentEntry& entry : *map) {
    const std::string* text = std::get_if<std::string>(&entry.value.data);
    std::string* to = entry.key == "rule"     ? &allowed.rule
                      : entry.key == "reason" ? &allowed.reason
                      : entry.key == "files"  ? &allowed.files
                                              : nullptr;
    if (to == nullptr)
      return Fail(source, entry.at,
                  absl::StrCat("unknown key '", entry.key, "'; known are rule, reason, files"));
    if (text == nullptr) return Fail(source, entry.at, absl::StrCat(entry.key, " is a text"));
    *to = *text;
  }
  if (FindRule(allowed.rule) == nullptr) {
    return Fail(source, value.at,
                absl::StrCat("there is no rule '", allowed.rule, "'; docs/lint lists them"));
  }
  if (allowed.reason.empty())
    return Fail(source, value.at, absl::StrCat("the rule '", allowed.rule, "' is allowed without a reason"));
  return allowed;
}

}  // namespace

absl::StatusOr<AllowList> ParseAllowList(absl::string_view text, absl::string_view source) {
  HOLDFAST_ASSIGN_OR_RETURN(const Document document, ParseDocument(text, source));
  const auto* map = document.root.AsMap();
  if (map == nullptr || map->size() != 1 || map->front().key != "allow" ||
      map->front().value.AsList() == nullptr) {
    return Fail(source, document.root.at, "the document is a map with the one key 'allow', a list");
  }
  AllowList list;
  for (const DocumentValue& value : *map->front().value.AsList()) {
    HOLDFAST_ASSIGN_OR_RETURN(Allowed entry, ReadEntry(value, source));
    list.entries.push_back(std::move(entry));
  }
  return list;
}

}  // namespace holdfast::lint
