// The layout is that of Apple's published mach-o/loader.h, mach-o/fat.h and cs_blobs.h.
#include "profiles/macho/code_signature.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/macho/bytes.h"

namespace holdfast::profiles {
namespace {

constexpr uint32_t kFat = 0xCAFEBABE, kFat64 = 0xCAFEBABF;
constexpr uint32_t kThin64 = 0xFEEDFACF, kThin32 = 0xFEEDFACE;
constexpr uint32_t kX86 = 0x01000007, kArm = 0x0100000C;
constexpr uint32_t kCodeSignatureCommand = 0x1D;
constexpr uint32_t kSuperBlob = 0xFADE0CC0, kCodeDirectory = 0xFADE0C02, kWrapper = 0xFADE0B01;
constexpr uint32_t kDirectorySlot = 0, kFirstAlternate = 0x1000, kLastAlternate = 0x1004, kCmsSlot = 0x10000;
constexpr uint32_t kAdHoc = 0x2, kHardened = 0x10000;
constexpr uint32_t kVersionWithTeam = 0x20200;
constexpr size_t kBlobHead = 8;
// A Java class begins like a universal file; its "number of architectures" is a version above 40.
constexpr uint32_t kMostSlices = 32;
constexpr uint32_t kMostCommands = 4096, kMostBlobs = 64;
constexpr size_t kMostIdentifier = 512;

std::string ArchitectureName(uint64_t cpu) {
  if (cpu == kArm) return "arm64";
  if (cpu == kX86) return "x86_64";
  return absl::StrCat("cpu ", cpu);
}

// Identifiers go into requirements, between quotes.
bool IsPlain(char c) {
  return absl::ascii_isprint(static_cast<unsigned char>(c)) && c != '"' && c != '\\';
}

struct Slice {
  std::string architecture;
  Bytes bytes;
};

class Reader {
 public:
  explicit Reader(absl::string_view name) : name_(name) {}

  absl::StatusOr<std::vector<CodeSignature>> Read(const Bytes& file) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Slice> slices, Slices(file));
    std::vector<CodeSignature> out;
    for (const Slice& slice : slices) {
      what_ = slices.size() > 1 ? absl::StrCat(name_, " (", slice.architecture, ")") : name_;
      HOLDFAST_ASSIGN_OR_RETURN(CodeSignature signature, OfSlice(slice));
      out.push_back(std::move(signature));
    }
    return out;
  }

 private:
  absl::Status Bad(absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat("reading the code signature of ", what_, ": ", why));
  }

  absl::StatusOr<std::vector<Slice>> Slices(const Bytes& file) {
    what_ = name_;
    const std::optional<uint64_t> magic = file.Big(0), count = file.Big(4);
    if (!magic || !count) return Bad("it is too short for a program");
    const bool wide = *magic == kFat64;
    if (*magic != kFat && !wide) {
      HOLDFAST_ASSIGN_OR_RETURN(Slice only, Thin(file));
      return std::vector<Slice>{std::move(only)};
    }
    if (*count == 0 || *count > kMostSlices)
      return Bad("it is no Mach-O file: no Mac's program is like this");
    std::vector<Slice> out;
    for (uint64_t i = 0, at = 8; i < *count; ++i, at += wide ? 32 : 20) {
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
    const std::optional<uint64_t> magic = bytes.Little(0), cpu = bytes.Little(4);
    if (!magic || !cpu || (*magic != kThin64 && *magic != kThin32)) {
      return Bad("it is no Mach-O file: give a program that was built for macOS");
    }
    return Slice{ArchitectureName(*cpu), bytes};
  }

  absl::StatusOr<CodeSignature> OfSlice(const Slice& slice) const {
    HOLDFAST_ASSIGN_OR_RETURN(const Bytes blob, SignatureBlob(slice.bytes));
    if (blob.Big(0) != kSuperBlob) return Bad("there is no signature where the load command points");
    const std::optional<uint64_t> count = blob.Big(8);
    if (!count || *count > kMostBlobs) return Bad("its signature has no sensible number of parts");
    CodeSignature out{slice.architecture, "", "", false, false, false};
    bool found = false;
    for (uint64_t i = 0; i < *count; ++i) {
      const std::optional<uint64_t> slot = blob.Big(12 + 8 * i), at = blob.Big(16 + 8 * i);
      const std::optional<uint64_t> length = at ? blob.Big(*at + 4) : std::nullopt;
      const std::optional<Bytes> part = length ? blob.Piece(*at, *length) : std::nullopt;
      if (!part) return Bad("a part of its signature lies outside of it");
      // An ad-hoc signature may have an empty wrapper here.
      if (*slot == kCmsSlot) out.has_certificate = part->Big(0) == kWrapper && part->size() > kBlobHead;
      if (*slot != kDirectorySlot && (*slot < kFirstAlternate || *slot > kLastAlternate)) continue;
      HOLDFAST_RETURN_IF_ERROR(ReadDirectory(*part, found, out));
      found = true;
    }
    if (!found) return Bad("its signature has no code directory");
    return out;
  }

  absl::StatusOr<Bytes> SignatureBlob(const Bytes& slice) const {
    const bool wide = slice.Little(0) == kThin64;
    const std::optional<uint64_t> count = slice.Little(16);
    if (!count || *count > kMostCommands) return Bad("it has no sensible number of load commands");
    uint64_t at = wide ? 32 : 28;
    for (uint32_t i = 0; i < *count; ++i) {
      const std::optional<uint64_t> command = slice.Little(at), size = slice.Little(at + 4);
      if (!command || !size || *size < 8) return Bad("its load commands are cut off");
      if (*command == kCodeSignatureCommand) {
        const std::optional<uint64_t> offset = slice.Little(at + 8), length = slice.Little(at + 12);
        const std::optional<Bytes> blob = offset && length ? slice.Piece(*offset, *length) : std::nullopt;
        if (!blob) return Bad("its signature lies outside of it");
        return *blob;
      }
      at += *size;
    }
    return absl::NotFoundError(absl::StrCat(what_, " is not signed at all"));
  }

  // Each directory hashes the same code in another way; macOS takes the strongest, so all must say the same.
  absl::Status ReadDirectory(const Bytes& directory, bool again, CodeSignature& out) const {
    const std::optional<uint64_t> version = directory.Big(8), flags = directory.Big(12),
                                  identifier_at = directory.Big(20);
    if (directory.Big(0) != kCodeDirectory || !version || !flags || !identifier_at) {
      return Bad("its code directory is none");
    }
    HOLDFAST_ASSIGN_OR_RETURN(const std::string identifier, Word(directory, *identifier_at, "identifier"));
    std::string team;
    const std::optional<uint64_t> team_at =
        *version >= kVersionWithTeam ? directory.Big(48) : std::optional<uint64_t>(0);
    if (!team_at) return Bad("its code directory is cut off");
    if (*team_at != 0) {
      HOLDFAST_ASSIGN_OR_RETURN(team, Word(directory, *team_at, "Team ID"));
    }
    const bool ad_hoc = (*flags & kAdHoc) != 0, hardened = (*flags & kHardened) != 0;
    if (again && (identifier != out.identifier || team != out.team_id || ad_hoc != out.ad_hoc)) {
      return Bad("its code directories contradict each other");
    }
    out.identifier = identifier;
    out.team_id = team;
    out.ad_hoc = ad_hoc;
    out.hardened_runtime = hardened;
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Word(const Bytes& directory, uint64_t at, absl::string_view which) const {
    const std::optional<absl::string_view> text = directory.Text(at);
    if (!text || text->empty() || text->size() > kMostIdentifier ||
        !std::all_of(text->begin(), text->end(), IsPlain)) {
      return Bad(absl::StrCat("its ", which, " is not readable"));
    }
    return std::string(*text);
  }

  const std::string name_;
  std::string what_;  // the file, and the architecture where there are several
};

}  // namespace

absl::StatusOr<std::vector<CodeSignature>> ReadCodeSignatures(absl::string_view bytes,
                                                              absl::string_view name) {
  return Reader(name).Read(Bytes(bytes));
}

}  // namespace holdfast::profiles
