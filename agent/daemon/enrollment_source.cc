#include "agent/daemon/enrollment_source.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::agent {
namespace {

constexpr char kKept[] = "enrollment";

}  // namespace

absl::StatusOr<std::optional<EnrollmentString>> FindEnrollment(const Flags& flags,
                                                               platform::StateFiles& files) {
  std::optional<EnrollmentString> none;
  if (flags.no_server) return none;
  std::string given = flags.enroll;
  if (!flags.enroll_file.empty()) {
    absl::StatusOr<std::string> read = ReadFile(flags.enroll_file);
    if (!read.ok()) {
      return absl::Status(read.status().code(),
                          absl::StrCat("the enrollment string (--enroll-file): ", read.status().message(),
                                       "; write there what `holdfast-admin tokens create` prints"));
    }
    given = *std::move(read);
  }
  if (given.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(std::optional<std::string> kept, files.Read(kKept));
    if (!kept) return none;
    given = *std::move(kept);
  }
  const std::string text(absl::StripAsciiWhitespace(given));
  HOLDFAST_ASSIGN_OR_RETURN(EnrollmentString enrollment, EnrollmentString::Parse(text));
  HOLDFAST_RETURN_IF_ERROR(Annotate(files.Write(kKept, text), "keeping the enrollment string"));
  return std::optional<EnrollmentString>(std::move(enrollment));
}

}  // namespace holdfast::agent
