// A Mac's program or library as its load commands describe it: Mach-O, thin or universal, on any system.
// Bounded: any bytes are taken, none is trusted. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/lint/macos_version.h"

namespace holdfast::profiles {

// MH_EXECUTE, MH_DYLIB and MH_BUNDLE; any other kind of file is kOther.
enum class ImageKind { kProgram, kLibrary, kBundle, kOther };

// A library that dyld loads with the image.
struct LoadedLibrary {
  enum class How { kRequired, kWeak, kReexported, kLazy, kUpward };
  std::string name;  // as written: "@rpath/My.framework/Versions/A/My"
  How how = How::kRequired;
  friend bool operator==(const LoadedLibrary&, const LoadedLibrary&) = default;
};

// One architecture.
struct Slice {
  std::string architecture;  // "arm64", "arm64e", "x86_64", or "cpu 7"
  ImageKind kind = ImageKind::kOther;
  std::string platform;  // "macOS", "Mac Catalyst", "iOS", ... or "platform 42"; empty: it does not say
  lint::MacOsVersion minimum_os, sdk;
  std::string install_name;  // LC_ID_DYLIB; empty: none
  std::vector<LoadedLibrary> libraries;
  std::vector<std::string> rpaths;  // in dyld's order
  // What LC_CODE_SIGNATURE points at; empty: not signed. A view into the bytes that were read.
  absl::string_view signature;
};

// One per architecture, in the file's order. INVALID_ARGUMENT when it is no Mach-O file or a length in it
// points outside. `name` is for messages.
absl::StatusOr<std::vector<Slice>> ReadImage(absl::string_view bytes, absl::string_view name);

// "NAME (arm64)" where a file has several architectures, else "NAME": for messages.
std::string SliceName(absl::string_view name, const Slice& slice, size_t slices);

}  // namespace holdfast::profiles
