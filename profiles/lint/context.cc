#include "profiles/lint/context.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Value;

std::string Join(absl::string_view path, absl::string_view key) {
  return path.empty() ? std::string(key) : key.empty() ? std::string(path) : absl::StrCat(path, ".", key);
}

// The line of the deepest of the keys that is there.
uint32_t LineOf(const Value& from, absl::string_view keys) {
  const Value* at = &from;
  uint32_t line = from.line();
  for (absl::string_view key : absl::StrSplit(keys, '.')) {
    at = at->Find(key);
    if (at == nullptr) break;
    if (at->line() != 0) line = at->line();
  }
  return line;
}

std::string SubjectOf(const Value& payload, const std::string& type) {
  const std::string name =
      plist::FirstText(payload, {"UserDefinedName", "PayloadDisplayName", "PayloadIdentifier"});
  absl::string_view kind = "payload";
  if (type == profiles::kVpnPayload) kind = "VPN payload";
  if (type == profiles::kFilterPayload) kind = "content filter payload";
  if (!name.empty()) return absl::StrCat(kind, " '", name, "'");
  return type.empty() ? "a payload without a name" : absl::StrCat("payload '", type, "'");
}

bool HasPayloadKeys(const Value& root) {
  for (absl::string_view key :
       {"VPNType", "FilterType", "DNSSettings", "AllowedSystemExtensions", "Relays"}) {
    if (root.Find(key) != nullptr) return true;
  }
  const std::string type = plist::Text(root, "PayloadType");
  return payloads::FindPayloadType(type) != nullptr;
}

// What a payload is, also where its PayloadType does not say it.
std::string TypeOf(const Value& payload) {
  const std::string type = plist::Text(payload, "PayloadType");
  if (type != "Configuration") return type;
  if (payload.Find("VPNType") != nullptr) return std::string(profiles::kVpnPayload);
  if (payload.Find("FilterType") != nullptr) return std::string(profiles::kFilterPayload);
  return type;
}

}  // namespace

PayloadView::PayloadView(const FileView& file, const Value& value, std::string path)
    : file_(&file), value_(&value), type_(TypeOf(value)), path_(std::move(path)) {
  subject_ = SubjectOf(value, type_);
}

std::string PayloadView::Text(absl::string_view key) const {
  return plist::Text(*value_, key);
}

Spot PayloadView::Here() const {
  return {file_, this, path_, value_->line()};
}

Spot PayloadView::At(absl::string_view keys) const {
  return {file_, this, Join(path_, keys), LineOf(*value_, keys)};
}

Spot PayloadView::At(absl::string_view path, const Value& below) const {
  return {file_, this, Join(path_, path), below.line() != 0 ? below.line() : value_->line()};
}

FileView::FileView(const profiles::Profile& profile, const Options& options)
    : profile_(profile), options_(options) {
  if (const auto* list = plist::SubArray(root(), "PayloadContent")) {
    for (size_t i = 0; i < list->size(); ++i) {
      payloads_.emplace_back(*this, (*list)[i], absl::StrCat("PayloadContent[", i, "]"));
    }
  } else if (HasPayloadKeys(root())) {
    payloads_.emplace_back(*this, root(), "");
    bare_ = true;
  }
}

std::string FileView::subject() const {
  return absl::StrCat("profile '", source().name, "'");
}

Spot FileView::At(absl::string_view key) const {
  return {this, nullptr, std::string(key), LineOf(root(), key)};
}

Place PlaceOf(const Spot& spot) {
  return {spot.file->source().name, spot.line, spot.path};
}

Finding& Sink::Add(const Rule& rule, const Spot& spot, std::string what, std::string fix) {
  Finding finding;
  finding.rule = &rule;
  finding.severity = rule.severity;
  finding.place = PlaceOf(spot);
  finding.profile = spot.file->profile().identifier;
  finding.payload_type = spot.payload == nullptr ? "" : spot.payload->type();
  finding.subject = spot.payload == nullptr ? spot.file->subject() : spot.payload->subject();
  finding.what = std::move(what);
  finding.fix = fix.empty() ? std::string(rule.fix) : std::move(fix);
  findings_.push_back(std::move(finding));
  return findings_.back();
}

}  // namespace holdfast::lint
