// Programs of any bytes: no crash, and what was read can stand in a requirement and leads nowhere outside.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "profiles/bundle/load_paths.h"
#include "profiles/generate/signer.h"
#include "profiles/macho/code_signature.h"

namespace {

using holdfast::profiles::CodeSignature;

void CheckSignature(const CodeSignature& signature) {
  if (signature.identifier.empty() || absl::StrContains(signature.identifier, "\"")) std::abort();
  if (!signature.cd_hash.empty() && signature.cd_hash.size() != 40) std::abort();
  const auto* entitlements = holdfast::profiles::EntitlementsOf(signature);
  if (entitlements != nullptr && entitlements->As<holdfast::plist::Dict>() == nullptr) std::abort();
  for (const std::string& problem : signature.problems) {
    if (problem.empty()) std::abort();
  }
}

void CheckPaths(const holdfast::profiles::Slice& slice) {
  const holdfast::bundle::Loader loader{"a.app/Contents/MacOS", "a.app/Contents/Frameworks", slice.rpaths};
  for (const auto& library : slice.libraries) {
    for (const std::string& path : holdfast::bundle::Candidates(library.name, loader)) {
      if (path == ".." || absl::StartsWith(path, "../")) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto slices = holdfast::profiles::ReadImage(bytes, "fuzz");
  if (slices.ok() && slices->empty()) std::abort();
  for (const auto& slice : slices.ok() ? *slices : std::vector<holdfast::profiles::Slice>()) {
    CheckPaths(slice);
    const auto signature = holdfast::profiles::ReadCodeSignature(slice, "fuzz");
    if (signature.ok()) CheckSignature(*signature);
    if (!signature.ok() && signature.status().message().empty()) std::abort();
  }
  const auto signer = holdfast::profiles::SignerOfProgram(bytes, "fuzz");
  if (signer.ok() && signer->team_id.size() != 10) std::abort();
  return 0;
}
