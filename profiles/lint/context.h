// What rules see of one profile, and where they put what they find.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "profiles/lint/finding.h"
#include "profiles/lint/macos_version.h"
#include "profiles/mobileconfig/profile.h"
#include "profiles/payloads/payload.h"

namespace holdfast::lint {

struct Options {
  std::optional<MacOsVersion> target;  // the oldest macOS that the profiles must work on
  bool manual = false;                 // to be installed by a person, not by a management server
  int64_t now = 0;                     // Unix seconds, for certificates; 0: their dates do not matter

  MacOsVersion Oldest() const { return target.value_or(kNewestMacOs); }
  // Whether a Mac that has at least that version may be meant.
  bool ReachesTo(const MacOsVersion& version) const { return !target.has_value() || *target >= version; }
};

class FileView;

// Where something stands: a file, maybe a payload, maybe a key.
struct Spot {
  const FileView* file = nullptr;
  const class PayloadView* payload = nullptr;  // null: the profile's own keys
  std::string path;                            // from the file's root: "PayloadContent[0].VPN"
  uint32_t line = 0;
};

class PayloadView {
 public:
  PayloadView(const FileView& file, const plist::Value& value, std::string path);

  const FileView& file() const { return *file_; }
  const plist::Value& value() const { return *value_; }
  const std::string& type() const { return type_; }
  const std::string& subject() const { return subject_; }
  const std::string& path() const { return path_; }
  // A text of the payload itself; empty when there is none.
  std::string Text(absl::string_view key) const;
  // The payload itself.
  Spot Here() const;
  // A key below it, by dots: "VPN.OnDemandRules"; the line of the deepest value that is there.
  Spot At(absl::string_view keys) const;
  // The same from the value `below` on, which stands at `path` in the payload.
  Spot At(absl::string_view path, const plist::Value& below) const;

 private:
  const FileView* file_;
  const plist::Value* value_;
  std::string type_, path_, subject_;
};

class FileView {
 public:
  // Both must outlive the view.
  FileView(const profiles::Profile& profile, const Options& options);
  FileView(const FileView&) = delete;
  FileView& operator=(const FileView&) = delete;

  const profiles::ProfileSource& source() const { return *profile_.source.pointer; }
  const profiles::Profile& profile() const { return profile_; }
  const Options& options() const { return options_; }
  const plist::Value& root() const { return source().root; }
  // Those of PayloadContent; else, where the root has the keys of one, the root itself.
  const std::vector<PayloadView>& payloads() const { return payloads_; }
  bool bare() const { return bare_; }  // the root is the one payload
  std::string subject() const;         // "profile 'corp.mobileconfig'"

  Spot Whole() const { return {this, nullptr, "", 0}; }
  // A key at the top.
  Spot At(absl::string_view key) const;

 private:
  const profiles::Profile& profile_;
  const Options& options_;
  std::vector<PayloadView> payloads_;
  bool bare_ = false;
};

class Sink {
 public:
  // `fix` takes the place of the rule's own.
  Finding& Add(const Rule& rule, const Spot& spot, std::string what, std::string fix = "");
  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
};

// For Finding::related.
Place PlaceOf(const Spot& spot);

}  // namespace holdfast::lint
