#include "profiles/generate/declarations.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text/json.h"
#include "profiles/generate/product.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/plist.h"

namespace holdfast::profiles {
namespace {

std::string AssetIdentifier(absl::string_view label) {
  return absl::StrCat(label, ".launchd");
}

bool IsOurs(absl::string_view label) {
  return std::any_of(kJobs.begin(), kJobs.end(), [&](const Job& job) { return job.label == label; });
}

}  // namespace

std::string BackgroundTasks() {
  text::JsonWriter json;
  json.Object();
  json.Text("Type", "com.apple.configuration.services.background-tasks");
  json.Text("Identifier", "io.holdfast.background-tasks");
  json.Object("Payload");
  json.Text("TaskType", kDaemon.label);
  json.Text("TaskDescription", "Holdfast keeps this Mac's VPN services connected");
  json.Array("LaunchdConfigurations");
  for (const Job& job : kJobs) {
    json.Object();
    json.Text("FileAssetReference", AssetIdentifier(job.label));
    json.Text("Context", job.context);
    json.EndObject();
  }
  json.EndArray().EndObject().EndObject();
  return json.Take() + "\n";
}

absl::StatusOr<std::string> LaunchJobAsset(absl::string_view launch_job, absl::string_view name,
                                           absl::string_view url) {
  if (!absl::StartsWith(url, "https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", url, "' is nothing that macOS fetches an asset from: give an https:// URL"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const plist::Document job, plist::Parse(launch_job, name));
  const std::string label = plist::Text(job.root, "Label");
  if (!IsOurs(label)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": its Label is '", label, "', and Holdfast's launch jobs are ",
                     absl::StrJoin(kJobs, " and ",
                                   [](std::string* out, const Job& j) { absl::StrAppend(out, j.label); })));
  }
  text::JsonWriter json;
  json.Object();
  json.Text("Type", "com.apple.asset.data");
  json.Text("Identifier", AssetIdentifier(label));
  json.Object("Payload").Object("Reference");
  json.Text("DataURL", url);
  json.Text("ContentType", "application/x-plist");
  json.Number("Size", static_cast<int64_t>(launch_job.size()));
  json.Text("Hash-SHA-256", ToHex(Sha256(launch_job)));
  json.EndObject().Object("Authentication").Text("Type", "None");
  json.EndObject().EndObject().EndObject();
  return json.Take() + "\n";
}

}  // namespace holdfast::profiles
