// Holdfast's own programs as `./dev darwin` builds and signs them, where it has been run: written by a linker
// and a signer that share nothing with the reader. Skipped elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "profiles/macho/code_signature.h"

namespace holdfast::profiles {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

std::string ProgramsFolder() {
  const char* cache = std::getenv("HOLDFAST_DARWIN_CACHE");
  const char* home = std::getenv("HOME");
  return cache != nullptr ? absl::StrCat(cache, "/programs")
                          : absl::StrCat(home != nullptr ? home : "", "/.cache/holdfast-darwin/programs");
}

class CrossBuilt : public ::testing::TestWithParam<const char*> {};

TEST_P(CrossBuilt, ProgramsAreRead) {
  const absl::StatusOr<std::string> bytes =
      ReadFile(absl::StrCat(ProgramsFolder(), "/", GetParam()), size_t{512} << 20);
  if (absl::IsNotFound(bytes.status())) GTEST_SKIP() << "./dev darwin has not been run here";
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto slices = ReadImage(*bytes, GetParam());
  ASSERT_TRUE(slices.ok()) << slices.status();
  EXPECT_EQ(slices->size(), 2U);
  for (const Slice& slice : *slices) {
    EXPECT_EQ(slice.kind, ImageKind::kProgram);
    EXPECT_EQ(slice.platform, "macOS");
    EXPECT_EQ(slice.minimum_os.major, 13);
    EXPECT_THAT(slice.libraries, Contains(LoadedLibrary{"/usr/lib/libSystem.B.dylib"}));
    const auto signature = ReadCodeSignature(slice, GetParam());
    ASSERT_TRUE(signature.ok()) << signature.status();
    EXPECT_EQ(signature->identifier, absl::StrCat("io.holdfast.", GetParam()));
    EXPECT_TRUE(signature->hardened_runtime);
    EXPECT_THAT(signature->problems, IsEmpty());
    EXPECT_EQ(signature->entitlements, signature->der_entitlements);
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, CrossBuilt,
                         ::testing::Values("holdfastd", "holdfastctl", "holdfast-session"));

}  // namespace
}  // namespace holdfast::profiles
