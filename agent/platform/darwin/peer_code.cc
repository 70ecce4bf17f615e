#include "agent/platform/darwin/peer_code.h"

#include <CoreFoundation/CoreFoundation.h>
#include <bsm/audit.h>
#include <dlfcn.h>
#include <mach/message.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cctype>
#include <string>

#include "absl/strings/str_cat.h"

namespace holdfast::platform {
namespace {

using SecObject = CFTypeRef;

// Looked up when it is needed: a daemon without Security.framework still enforces. Signatures of SecCode.h
// and SecRequirement.h.
struct Security {
  int32_t (*SecCodeCopySelf)(uint32_t flags, SecObject* self) = nullptr;
  int32_t (*SecCodeCopySigningInformation)(SecObject code, uint32_t flags, CFDictionaryRef* info) = nullptr;
  int32_t (*SecCodeCopyGuestWithAttributes)(SecObject host, CFDictionaryRef attributes, uint32_t flags,
                                            SecObject* guest) = nullptr;
  int32_t (*SecRequirementCreateWithString)(CFStringRef text, uint32_t flags,
                                            SecObject* requirement) = nullptr;
  int32_t (*SecCodeCheckValidity)(SecObject code, uint32_t flags, SecObject requirement) = nullptr;
  const CFStringRef* kSecCodeInfoTeamIdentifier = nullptr;
  const CFStringRef* kSecGuestAttributeAudit = nullptr;
  bool complete = false;

  Security() {
    void* library = dlopen("/System/Library/Frameworks/Security.framework/Security", RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr) return;
    complete = Find(library, "SecCodeCopySelf", SecCodeCopySelf) &&
               Find(library, "SecCodeCopySigningInformation", SecCodeCopySigningInformation) &&
               Find(library, "SecCodeCopyGuestWithAttributes", SecCodeCopyGuestWithAttributes) &&
               Find(library, "SecRequirementCreateWithString", SecRequirementCreateWithString) &&
               Find(library, "SecCodeCheckValidity", SecCodeCheckValidity) &&
               Find(library, "kSecCodeInfoTeamIdentifier", kSecCodeInfoTeamIdentifier) &&
               Find(library, "kSecGuestAttributeAudit", kSecGuestAttributeAudit);
  }

 private:
  template <class T>
  static bool Find(void* library, const char* name, T& slot) {
    slot = reinterpret_cast<T>(dlsym(library, name));
    return slot != nullptr;
  }
};

constexpr uint32_t kSigningInformation = 1 << 1;  // kSecCSSigningInformation

// Releases what a Create or Copy function gave.
template <class T>
class Owned {
 public:
  Owned() = default;
  explicit Owned(T object) : object_(object) {}
  ~Owned() {
    if (object_ != nullptr) CFRelease(object_);
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  T* out() { return &object_; }
  T get() const { return object_; }

 private:
  T object_ = nullptr;
};

Owned<CFStringRef> String(const std::string& text) {
  return Owned<CFStringRef>(
      CFStringCreateWithCString(kCFAllocatorDefault, text.c_str(), kCFStringEncodingUTF8));
}

// Empty: signed by no team.
std::string OwnTeam(const Security& security) {
  Owned<SecObject> self;
  Owned<CFDictionaryRef> info;
  if (security.SecCodeCopySelf(0, self.out()) != 0 ||
      security.SecCodeCopySigningInformation(self.get(), kSigningInformation, info.out()) != 0) {
    return "";
  }
  const CFTypeRef team = CFDictionaryGetValue(info.get(), *security.kSecCodeInfoTeamIdentifier);
  std::array<char, 64> text = {};
  if (team == nullptr || CFGetTypeID(team) != CFStringGetTypeID() ||
      !CFStringGetCString(static_cast<CFStringRef>(team), text.data(), text.size(), kCFStringEncodingUTF8)) {
    return "";
  }
  // It becomes part of a requirement.
  for (const char* c = text.data(); *c != '\0'; ++c) {
    if (std::isalnum(static_cast<unsigned char>(*c)) == 0) return "";
  }
  return text.data();
}

absl::Status Unavailable(absl::string_view what, int64_t code) {
  return absl::UnavailableError(
      absl::StrCat("telling who signed the program that asks: ", what, " (", code, ")"));
}

}  // namespace

absl::Status CheckPeerProgram(int fd, const char* identifier) {
  static const Security& security = *new Security();
  if (!security.complete) return Unavailable("Security.framework lacks a function", 0);
  audit_token_t token = {};
  socklen_t size = sizeof token;
  if (getsockopt(fd, SOL_LOCAL, LOCAL_PEERTOKEN, &token, &size) != 0 || size != sizeof token) {
    return Unavailable("the socket has no audit token", errno);
  }
  const std::string team = OwnTeam(security);
  if (team.empty()) {
    return absl::FailedPreconditionError(
        "this program is signed by no team, so nobody else can be held to it");
  }
  const Owned<CFDataRef> data(
      CFDataCreate(kCFAllocatorDefault, reinterpret_cast<const uint8_t*>(&token), sizeof token));
  const void* keys[] = {*security.kSecGuestAttributeAudit};
  const void* values[] = {data.get()};
  const Owned<CFDictionaryRef> attributes(CFDictionaryCreate(kCFAllocatorDefault, keys, values, 1,
                                                             &kCFTypeDictionaryKeyCallBacks,
                                                             &kCFTypeDictionaryValueCallBacks));
  Owned<SecObject> peer, requirement;
  if (const int32_t error =
          security.SecCodeCopyGuestWithAttributes(nullptr, attributes.get(), 0, peer.out())) {
    return Unavailable("the peer's code is not found", error);
  }
  const Owned<CFStringRef> text =
      String(absl::StrCat("anchor apple generic and identifier \"", identifier,
                          "\" and certificate leaf[subject.OU] = \"", team, "\""));
  if (const int32_t error = security.SecRequirementCreateWithString(text.get(), 0, requirement.out())) {
    return Unavailable("the requirement is refused", error);
  }
  if (const int32_t error = security.SecCodeCheckValidity(peer.get(), 0, requirement.get())) {
    return absl::PermissionDeniedError(
        absl::StrCat("only ", identifier, " of team ", team, " may ask this (", error, ")"));
  }
  return absl::OkStatus();
}

}  // namespace holdfast::platform
