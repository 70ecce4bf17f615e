// Specs of any bytes: no crash; what is made is a profile that our reader takes, or every problem is told.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "profiles/declarations/declaration.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/spec/spec.h"

namespace {

using namespace holdfast::profiles;  // NOLINT: a fuzz target's own

// Every file is there and says something that fits most keys.
absl::StatusOr<std::string> AnyFile(const std::string&) {
  return std::string("policyVersion: 1\n");
}

void Check(absl::string_view text, SpecForm form) {
  const auto made = GenerateFromSpec(text, "fuzz.yaml", form, AnyFile);
  if (!made.ok()) {
    if (!absl::StartsWith(made.status().message(), "fuzz.yaml") &&
        !absl::StartsWith(made.status().message(), "writing a property list")) {
      std::abort();
    }
    return;
  }
  for (const SpecFile& file : made->files) {
    if (absl::StrContains(file.name, "/") || absl::StrContains(file.name, "..")) std::abort();
    const bool read = form == SpecForm::kProfile ? Read(file.bytes, file.name).ok()
                                                 : ReadDeclaration(file.bytes, file.name).ok();
    if (!read) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  Check(text, SpecForm::kProfile);
  Check(text, SpecForm::kDeclaration);
  return 0;
}
