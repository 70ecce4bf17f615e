#include "agent/platform/posix/machine_identity.h"

#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/IOKitLib.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include <array>

namespace holdfast::platform {
namespace {

std::string Sysctl(const char* name) {
  std::array<char, 256> text = {};
  size_t size = text.size() - 1;
  return sysctlbyname(name, text.data(), &size, nullptr, 0) == 0 ? text.data() : "";
}

std::string Text(CFTypeRef value) {
  if (value == nullptr || CFGetTypeID(value) != CFStringGetTypeID()) return "";
  std::array<char, 256> text = {};
  const auto* string = static_cast<CFStringRef>(value);
  return CFStringGetCString(string, text.data(), text.size(), kCFStringEncodingUTF8) ? text.data() : "";
}

std::string SerialNumber() {
  // 0 is the main port, under each of the names it has had.
  const io_service_t expert = IOServiceGetMatchingService(0, IOServiceMatching("IOPlatformExpertDevice"));
  if (expert == 0) return "";
  CFStringRef key =
      CFStringCreateWithCString(kCFAllocatorDefault, "IOPlatformSerialNumber", kCFStringEncodingUTF8);
  CFTypeRef value = IORegistryEntryCreateCFProperty(expert, key, kCFAllocatorDefault, 0);
  std::string serial = Text(value);
  if (value != nullptr) CFRelease(value);
  CFRelease(key);
  IOObjectRelease(expert);
  return serial;
}

std::string HostUuid() {
  uuid_t uuid = {};
  const timespec at_once = {};
  if (gethostuuid(uuid, &at_once) != 0) return "";
  uuid_string_t text = {};
  uuid_unparse_lower(uuid, text);
  return text;
}

}  // namespace

wire::HardwareIdentity ReadMachineIdentity() {
  wire::HardwareIdentity identity;
  identity.serial_number = SerialNumber();
  identity.platform_uuid = HostUuid();
  identity.model = Sysctl("hw.model");
  identity.os_version = Sysctl("kern.osproductversion");
  identity.os_build = Sysctl("kern.osversion");
  utsname system = {};
  if (uname(&system) == 0) identity.hostname = system.nodename;
  return identity;
}

}  // namespace holdfast::platform
