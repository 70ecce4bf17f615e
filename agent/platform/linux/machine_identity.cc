#include "agent/platform/posix/machine_identity.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/ids.h"

namespace holdfast::platform {
namespace {

std::string FirstLine(const char* path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return "";
  const std::vector<absl::string_view> lines = absl::StrSplit(*text, absl::MaxSplits('\n', 1));
  return std::string(absl::StripAsciiWhitespace(lines[0]));
}

// VERSION_ID="12" of /etc/os-release, without its quotes.
std::string OsVersion() {
  const absl::StatusOr<std::string> text = ReadFile("/etc/os-release");
  if (!text.ok()) return "";
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    const std::pair<absl::string_view, absl::string_view> entry =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (entry.first != "VERSION_ID") continue;
    absl::string_view value = entry.second;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return "";
}

}  // namespace

wire::HardwareIdentity ReadMachineIdentity() {
  wire::HardwareIdentity identity;
  const std::string machine_id = FirstLine("/etc/machine-id");
  identity.serial_number = FirstLine("/sys/class/dmi/id/product_serial");
  if (identity.serial_number.empty()) identity.serial_number = machine_id;
  identity.platform_uuid = Uuid::FromName(machine_id).ToString();
  identity.model = FirstLine("/sys/class/dmi/id/product_name");
  identity.os_version = OsVersion();
  utsname system = {};
  if (uname(&system) == 0) {
    identity.os_build = system.release;
    identity.hostname = system.nodename;
  }
  return identity;
}

}  // namespace holdfast::platform
