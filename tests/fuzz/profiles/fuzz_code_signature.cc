// Programs of any bytes: no crash, and what was read can stand in a requirement.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "profiles/generate/signer.h"
#include "profiles/macho/code_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = holdfast::profiles::ReadCodeSignatures(bytes, "fuzz");
  if (!read.ok() && read.status().message().empty()) std::abort();
  if (read.ok() && read->empty()) std::abort();
  for (const auto& signature : read.ok() ? *read : std::vector<holdfast::profiles::CodeSignature>()) {
    if (signature.identifier.empty() || absl::StrContains(signature.identifier, "\"")) std::abort();
  }
  const auto signer = holdfast::profiles::SignerOfProgram(bytes, "fuzz");
  if (signer.ok() && signer->team_id.size() != 10) std::abort();
  return 0;
}
