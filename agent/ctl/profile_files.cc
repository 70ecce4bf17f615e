#include "agent/ctl/profile_files.h"

#include "base/error.h"
#include "base/file.h"

namespace holdfast::ctl {

absl::StatusOr<profiles::Comparable> ReadProfileFile(const std::string& file) {
  constexpr size_t kMaxBytes = size_t{8} << 20;
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file, kMaxBytes));
  return profiles::ReadComparable(bytes, file);
}

}  // namespace holdfast::ctl
