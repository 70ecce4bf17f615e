// The layout is that of Apple's published mach-o/loader.h and mach-o/fat.h.
#include "profiles/macho/image.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/macho/bytes.h"

namespace holdfast::profiles {
namespace {

constexpr uint32_t kFat = 0xCAFEBABE, kFat64 = 0xCAFEBABF;
constexpr uint32_t kThin64 = 0xFEEDFACF, kThin32 = 0xFEEDFACE;
constexpr uint32_t kX86 = 0x01000007, kArm = 0x0100000C;
constexpr uint32_t kSubtypeMask = 0x00FFFFFF, kArm64e = 2;
// A Java class begins like a universal file; its "number of architectures" is a version above 40.
constexpr uint32_t kMostSlices = 32;
constexpr uint32_t kMostCommands = 4096;
constexpr size_t kMostPath = 4096;

enum Command : uint32_t {
  kLoadDylib = 0xC,
  kIdDylib = 0xD,
  kCodeSignature = 0x1D,
  kLazyLoadDylib = 0x20,
  kVersionMinMac = 0x24,
  kVersionMinPhone = 0x25,
  kBuildVersion = 0x32,
  kLoadWeakDylib = 0x80000018,
  kRpath = 0x8000001C,
  kReexportDylib = 0x8000001F,
  kLoadUpwardDylib = 0x80000023,
};

std::string ArchitectureName(uint64_t cpu, uint64_t subtype) {
  if (cpu == kArm) return (subtype & kSubtypeMask) == kArm64e ? "arm64e" : "arm64";
  if (cpu == kX86) return "x86_64";
  return absl::StrCat("cpu ", cpu);
}

ImageKind KindOf(uint64_t file_type) {
  switch (file_type) {
    case 2:
      return ImageKind::kProgram;
    case 6:
      return ImageKind::kLibrary;
    case 8:
      return ImageKind::kBundle;
    default:
      return ImageKind::kOther;
  }
}

std::string PlatformName(uint64_t platform) {
  switch (platform) {
    case 1:
      return "macOS";
    case 2:
      return "iOS";
    case 3:
      return "tvOS";
    case 6:
      return "Mac Catalyst";
    case 7:
      return "iOS simulator";
    case 10:
      return "DriverKit";
    case 11:
      return "visionOS";
    default:
      return absl::StrCat("platform ", platform);
  }
}

// xxxx.yy.zz in nibbles of 16, 8 and 8 bits.
lint::MacOsVersion VersionOf(uint64_t packed) {
  return {static_cast<int>(packed >> 16 & 0xFFFF), static_cast<int>(packed >> 8 & 0xFF),
          static_cast<int>(packed & 0xFF)};
}

class Reader {
 public:
  explicit Reader(absl::string_view name) : name_(name) {}

  absl::StatusOr<std::vector<Slice>> Read(const Bytes& file) const {
    const std::optional<uint64_t> magic = file.Big(0), count = file.Big(4);
    if (!magic || !count) return Bad("it is too short for a program");
    if (*magic == kFat || *magic == kFat64) return Universal(file, *count, *magic == kFat64);
    HOLDFAST_ASSIGN_OR_RETURN(Slice only, Thin(file));
    return std::vector<Slice>{std::move(only)};
  }

 private:
  absl::Status Bad(absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat("reading ", name_, ": ", why));
  }

  absl::StatusOr<std::vector<Slice>> Universal(const Bytes& file, uint64_t count, bool wide) const {
    if (count == 0 || count > kMostSlices) return Bad("it is no Mach-O file: no Mac's program is like this");
    std::vector<Slice> out;
    for (uint64_t i = 0, at = 8; i < count; ++i, at += wide ? 32 : 20) {
      const std::optional<uint64_t> offset = wide ? file.Big64(at + 8) : file.Big(at + 8),
                                    size = wide ? file.Big64(at + 16) : file.Big(at + 12);
      if (!offset || !size) return Bad("its table of architectures is cut off");
      const std::optional<Bytes> piece = file.Piece(*offset, *size);
      if (!piece) return Bad("an architecture lies outside of the file");
      HOLDFAST_ASSIGN_OR_RETURN(Slice slice, Thin(*piece));
      out.push_back(std::move(slice));
    }
    return out;
  }

  absl::StatusOr<Slice> Thin(const Bytes& bytes) const {
    const std::optional<uint64_t> magic = bytes.Little(0);
    const bool wide = magic == kThin64;
    const Bytes none("");
    const Bytes head = bytes.Piece(0, wide ? 32 : 28).value_or(none);
    if (!magic || (!wide && *magic != kThin32)) {
      return Bad("it is no Mach-O file: give a program that was built for macOS");
    }
    if (head.size() == 0) return Bad("its header is cut off");
    Slice slice;
    slice.architecture = ArchitectureName(*head.Little(4), *head.Little(8));
    slice.kind = KindOf(*head.Little(12));
    HOLDFAST_RETURN_IF_ERROR(Commands(bytes, head.size(), *head.Little(16), slice));
    return slice;
  }

  absl::Status Commands(const Bytes& bytes, uint64_t at, uint64_t count, Slice& slice) const {
    if (count > kMostCommands) return Bad("it has no sensible number of load commands");
    for (uint64_t i = 0; i < count; ++i) {
      const std::optional<uint64_t> command = bytes.Little(at), size = bytes.Little(at + 4);
      const std::optional<Bytes> body = size ? bytes.Piece(at, *size) : std::nullopt;
      if (!command || !body || *size < 8) return Bad("its load commands are cut off");
      HOLDFAST_RETURN_IF_ERROR(OneCommand(bytes, static_cast<uint32_t>(*command), *body, slice));
      at += *size;
    }
    return absl::OkStatus();
  }

  absl::Status OneCommand(const Bytes& bytes, uint32_t command, const Bytes& body, Slice& slice) const {
    switch (command) {
      case kLoadDylib:
        return AddLibrary(body, LoadedLibrary::How::kRequired, slice);
      case kLoadWeakDylib:
        return AddLibrary(body, LoadedLibrary::How::kWeak, slice);
      case kReexportDylib:
        return AddLibrary(body, LoadedLibrary::How::kReexported, slice);
      case kLazyLoadDylib:
        return AddLibrary(body, LoadedLibrary::How::kLazy, slice);
      case kLoadUpwardDylib:
        return AddLibrary(body, LoadedLibrary::How::kUpward, slice);
      case kIdDylib:
        return SetText(body, "name", slice.install_name);
      case kRpath:
        return SetText(body, "search path", slice.rpaths.emplace_back());
      case kBuildVersion:
        return SetPlatform(body.Little(8), body.Little(12), body.Little(16), slice);
      case kVersionMinMac:
        return SetPlatform(1, body.Little(8), body.Little(12), slice);
      case kVersionMinPhone:
        return SetPlatform(2, body.Little(8), body.Little(12), slice);
      case kCodeSignature:
        return SetSignature(bytes, body, slice);
      default:
        return absl::OkStatus();
    }
  }

  absl::Status AddLibrary(const Bytes& body, LoadedLibrary::How how, Slice& slice) const {
    LoadedLibrary& library = slice.libraries.emplace_back();
    library.how = how;
    return SetText(body, "library's name", library.name);
  }

  // Text whose place the third number of the command tells.
  absl::Status SetText(const Bytes& body, absl::string_view what, std::string& out) const {
    const std::optional<uint64_t> at = body.Little(8);
    const std::optional<absl::string_view> text = at ? body.Text(*at) : std::nullopt;
    if (!text || text->size() > kMostPath)
      return Bad(absl::StrCat("a ", what, " lies outside of its load command"));
    out = std::string(*text);
    return absl::OkStatus();
  }

  absl::Status SetPlatform(std::optional<uint64_t> platform, std::optional<uint64_t> minimum,
                           std::optional<uint64_t> sdk, Slice& slice) const {
    if (!platform || !minimum || !sdk) return Bad("the load command with its platform is cut off");
    // A library for macOS and Mac Catalyst has two; the first is the one it was made for.
    if (!slice.platform.empty()) return absl::OkStatus();
    slice.platform = PlatformName(*platform);
    slice.minimum_os = VersionOf(*minimum);
    slice.sdk = VersionOf(*sdk);
    return absl::OkStatus();
  }

  absl::Status SetSignature(const Bytes& bytes, const Bytes& body, Slice& slice) const {
    const std::optional<uint64_t> offset = body.Little(8), length = body.Little(12);
    const std::optional<Bytes> blob = offset && length ? bytes.Piece(*offset, *length) : std::nullopt;
    if (!blob || blob->size() == 0) return Bad("its signature lies outside of it");
    slice.signature = blob->view();
    return absl::OkStatus();
  }

  const std::string name_;
};

}  // namespace

absl::StatusOr<std::vector<Slice>> ReadImage(absl::string_view bytes, absl::string_view name) {
  return Reader(name).Read(Bytes(bytes));
}

std::string SliceName(absl::string_view name, const Slice& slice, size_t slices) {
  return slices > 1 ? absl::StrCat(name, " (", slice.architecture, ")") : std::string(name);
}

}  // namespace holdfast::profiles
