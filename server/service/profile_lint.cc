#include "server/service/profile_lint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/text/width.h"
#include "profiles/files/read_trees.h"
#include "profiles/lint/outline.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::server {
namespace {

constexpr size_t kLongestName = 512;
// Texts that come from profiles: names, and clauses with some of them in.
constexpr size_t kLongestText = 1024, kLongestClause = 4096;
constexpr size_t kMostPayloads = 200;  // of a file, that are kept by name

std::string Clean(absl::string_view text, size_t most = kLongestText) {
  return text::Printable(text::FirstBytes(text, most));
}

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("putting profiles: ", what));
}

absl::Status CheckFile(const PutProfileSetRequest::File& file) {
  if (file.name.empty() || file.name.size() > kLongestName || text::Printable(file.name) != file.name) {
    return Wrong(absl::StrCat("\"", Clean(file.name, 64), "\" is no name for a file: 1 to ", kLongestName,
                              " bytes without control characters"));
  }
  if (file.content.size() > kMostProfileBytes) {
    return Wrong(absl::StrCat("'", file.name, "' has ", file.content.size(), " bytes, and a file may have ",
                              kMostProfileBytes, ": leave it out of the set"));
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const std::vector<PutProfileSetRequest::File>& files) {
  if (files.empty()) return Wrong("there are none; `profiles delete` removes a set");
  size_t bytes = 0;
  for (const auto& file : files) {
    HOLDFAST_RETURN_IF_ERROR(CheckFile(file));
    bytes += file.content.size();
  }
  if (files.size() <= kMostProfileFiles && bytes <= kMostProfileSetBytes) return absl::OkStatus();
  return Wrong(absl::StrCat("they are ", files.size(), " files with ", bytes, " bytes, and a set may have ",
                            kMostProfileFiles, " files with ", kMostProfileSetBytes,
                            " bytes: put only what the group's Macs have, and leave out what holds fonts or "
                            "pictures"));
}

fleet::ProfileFile Kept(const profiles::Profile& profile, const PutProfileSetRequest::File& file) {
  fleet::ProfileFile kept;
  kept.name = file.name;
  kept.identifier = Clean(profile.identifier);
  kept.display_name = Clean(profile.display_name);
  kept.declaration = Clean(profile.source->declaration.type);
  kept.sha256 = Sha256(file.content);
  kept.outline = lint::OutlineOf(*profile.source.pointer);
  for (const profiles::Payload& payload : profile.payloads) {
    if (kept.payloads.size() == kMostPayloads) break;
    kept.payloads.push_back({Clean(payload.type), Clean(payload.identifier)});
  }
  return kept;
}

// What a set is known by: the same files under the same names, whoever puts them.
Sha256Digest HashOf(const std::vector<fleet::ProfileFile>& files) {
  std::string all;
  for (const fleet::ProfileFile& file : files)
    absl::StrAppend(&all, ToHex(file.sha256), "  ", file.name, "\n");
  return Sha256(all);
}

fleet::ProfilePlace Told(const lint::Place& place) {
  return {Clean(place.file), place.line, Clean(place.key_path)};
}

// Errors before warnings before information, and what is accepted last.
int Weight(const ProfileFinding& finding) {
  if (!finding.allowed_because.empty()) return 3;
  return finding.severity == "error" ? 0 : finding.severity == "warning" ? 1 : 2;
}

}  // namespace

absl::StatusOr<ReadSet> ReadUploaded(const std::vector<PutProfileSetRequest::File>& files) {
  HOLDFAST_RETURN_IF_ERROR(CheckSize(files));
  std::vector<const PutProfileSetRequest::File*> by_name;
  for (const auto& file : files) by_name.push_back(&file);
  std::sort(by_name.begin(), by_name.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  ReadSet set;
  size_t payloads = 0;
  for (const PutProfileSetRequest::File* file : by_name) {
    if (!set.files.empty() && set.files.back().name == file->name) {
      return Wrong(absl::StrCat("there are two files '", file->name,
                                "': findings name them, so give each a "
                                "name of its own"));
    }
    auto read = profiles::ReadProfileOrDeclaration(file->content, file->name);
    set.profiles.push_back(read.ok() ? *std::move(read) : profiles::Unreadable(file->name, read.status()));
    payloads += set.profiles.back().payloads.size();
    set.files.push_back(Kept(set.profiles.back(), *file));
  }
  if (payloads > kMostProfilePayloads) {
    return Wrong(absl::StrCat("they have ", payloads, " payloads, and a set may have ", kMostProfilePayloads,
                              ": put only what the group's Macs have"));
  }
  set.hash = HashOf(set.files);
  return set;
}

absl::StatusOr<std::vector<profiles::Profile>> OutlinesOf(const std::vector<fleet::ProfileFile>& files,
                                                          const std::string& prefix) {
  std::vector<profiles::Profile> outlines;
  for (const fleet::ProfileFile& file : files) {
    HOLDFAST_ASSIGN_OR_RETURN(outlines.emplace_back(),
                              lint::ReadOutline(file.outline, absl::StrCat(prefix, file.name)));
  }
  return outlines;
}

std::string GroupPrefix(const std::string& group) {
  return absl::StrCat("group ", group, ": ");
}

std::vector<ProfileFinding> Told(const std::vector<lint::Finding>& findings) {
  std::vector<ProfileFinding> told;
  for (const lint::Finding& finding : findings) {
    ProfileFinding& out = told.emplace_back();
    out.rule = std::string(finding.rule->id);
    out.severity = std::string(SeverityName(finding.severity));
    out.place = Told(finding.place);
    out.profile = Clean(finding.profile);
    out.payload_type = Clean(finding.payload_type);
    out.subject = Clean(finding.subject);
    out.what = Clean(finding.what, kLongestClause);
    out.fix = Clean(finding.fix, kLongestClause);
    for (const lint::Place& place : finding.related) out.related.push_back(Told(place));
    out.allowed_because = Clean(finding.allowed_because);
    out.together = finding.together;
  }
  return told;
}

void CountAndCut(std::vector<ProfileFinding>& findings, ProfileSetInfo& info) {
  std::array<int, 4> counts{};
  for (const ProfileFinding& finding : findings) ++counts[static_cast<size_t>(Weight(finding))];
  info.errors = counts[0];
  info.warnings = counts[1];
  info.infos = counts[2];
  info.allowed = counts[3];
  info.left_out = 0;
  for (int weight = 3; weight >= 0 && findings.size() > kMostProfileFindings; --weight) {
    // The last ones of the lightest go.
    std::vector<ProfileFinding> kept;
    size_t surplus = findings.size() - kMostProfileFindings;
    info.left_out +=
        static_cast<int>(std::min(surplus, static_cast<size_t>(counts[static_cast<size_t>(weight)])));
    for (auto it = findings.rbegin(); it != findings.rend(); ++it) {
      if (surplus > 0 && Weight(*it) == weight) {
        --surplus;
      } else {
        kept.push_back(std::move(*it));
      }
    }
    std::reverse(kept.begin(), kept.end());
    findings = std::move(kept);
  }
}

int Errors(const std::vector<ProfileFinding>& findings) {
  return static_cast<int>(std::count_if(findings.begin(), findings.end(),
                                        [](const ProfileFinding& finding) { return Weight(finding) == 0; }));
}

}  // namespace holdfast::server
