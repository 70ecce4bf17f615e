// The layout is that of Apple's published cs_blobs.h.
#include "profiles/macho/code_signature.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/macho/bytes.h"
#include "profiles/macho/der_entitlements.h"
#include "profiles/plist/plist.h"

namespace holdfast::profiles {
namespace {

constexpr uint32_t kSuperBlob = 0xFADE0CC0, kCodeDirectory = 0xFADE0C02, kWrapper = 0xFADE0B01;
constexpr uint32_t kEntitlements = 0xFADE7171, kDerEntitlements = 0xFADE7172;
constexpr uint32_t kDirectorySlot = 0, kRequirementsSlot = 2, kEntitlementsSlot = 5, kDerEntitlementsSlot = 7;
constexpr uint32_t kFirstAlternate = 0x1000, kLastAlternate = 0x1004, kCmsSlot = 0x10000;
constexpr uint32_t kAdHoc = 0x2, kHardened = 0x10000;
constexpr uint32_t kVersionWithTeam = 0x20200;
constexpr size_t kBlobHead = 8;
constexpr uint32_t kMostBlobs = 64;
constexpr size_t kMostIdentifier = 512;
constexpr size_t kCdHashBytes = 20;

// Identifiers go into requirements, between quotes.
bool IsPlain(char c) {
  return absl::ascii_isprint(static_cast<unsigned char>(c)) && c != '"' && c != '\\';
}

// How a directory hashes, from the weakest on; the strongest is the one that counts.
struct HashType {
  uint64_t number;
  const EVP_MD* (*digest)();
};
constexpr std::array kHashTypes = {HashType{1, EVP_sha1}, HashType{3, EVP_sha256}, HashType{2, EVP_sha256},
                                   HashType{4, EVP_sha384}};

std::string CdHash(absl::string_view directory, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out = {};
  unsigned size = 0;
  EVP_Digest(directory.data(), directory.size(), out.data(), &size, digest, nullptr);
  return absl::BytesToHexString({reinterpret_cast<const char*>(out.data()), kCdHashBytes});
}

// The property list is in its author's order, DER in its own.
plist::Value Sorted(const plist::Value& value) {
  if (const auto* array = value.As<plist::Array>()) {
    plist::Array out;
    for (const plist::Value& item : *array) out.push_back(Sorted(item));
    return plist::Value(std::move(out));
  }
  const auto* dict = value.As<plist::Dict>();
  if (dict == nullptr) return value;
  std::vector<plist::Entry> entries = dict->entries();
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  plist::Dict out;
  for (plist::Entry& entry : entries) out.Set(entry.key, Sorted(entry.value));
  return plist::Value(std::move(out));
}

class Reader {
 public:
  explicit Reader(absl::string_view name) : name_(name) {}

  absl::StatusOr<CodeSignature> Read(const Slice& slice) {
    const Bytes blob(slice.signature);
    if (blob.Big(0) != kSuperBlob) return Bad("there is no signature where the load command points");
    const std::optional<uint64_t> count = blob.Big(8);
    if (!count || *count > kMostBlobs) return Bad("its signature has no sensible number of parts");
    out_.architecture = slice.architecture;
    for (uint64_t i = 0; i < *count; ++i) {
      const std::optional<uint64_t> slot = blob.Big(12 + 8 * i), at = blob.Big(16 + 8 * i);
      const std::optional<uint64_t> length = at ? blob.Big(*at + 4) : std::nullopt;
      const std::optional<Bytes> part = length ? blob.Piece(*at, *length) : std::nullopt;
      if (!part || part->size() < kBlobHead) return Bad("a part of its signature lies outside of it");
      HOLDFAST_RETURN_IF_ERROR(ReadPart(static_cast<uint32_t>(*slot), *part));
    }
    if (!found_) return Bad("its signature has no code directory");
    return std::move(out_);
  }

 private:
  absl::Status Bad(absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat("reading the code signature of ", name_, ": ", why));
  }

  absl::Status ReadPart(uint32_t slot, const Bytes& part) {
    const absl::string_view body = part.view().substr(kBlobHead);
    if (slot == kDirectorySlot || (slot >= kFirstAlternate && slot <= kLastAlternate))
      return ReadDirectory(part);
    if (slot == kCmsSlot) ReadCertificate(part.Big(0) == kWrapper, body);
    if (slot == kRequirementsSlot) Keep(ReadDesignatedRequirement(part.view(), name_), out_.requirement);
    if (slot == kEntitlementsSlot) Keep(ReadXml(part.Big(0) == kEntitlements, body), out_.entitlements);
    if (slot == kDerEntitlementsSlot)
      Keep(ReadDer(part.Big(0) == kDerEntitlements, body), out_.der_entitlements);
    return absl::OkStatus();
  }

  // What cannot be read beside the directories is told, and the rest is read.
  template <class T>
  void Keep(absl::StatusOr<T> read, std::optional<T>& to) {
    if (read.ok()) {
      to = *std::move(read);
    } else if (!absl::IsNotFound(read.status())) {
      out_.problems.emplace_back(read.status().message());
    }
  }

  void ReadCertificate(bool wrapped, absl::string_view cms) {
    // An ad-hoc signature may have an empty wrapper here.
    out_.has_certificate = wrapped && !cms.empty();
    if (out_.has_certificate) Keep(ReadSigningCertificate(cms, name_), out_.certificate);
  }

  absl::StatusOr<plist::Value> ReadXml(bool marked, absl::string_view xml) const {
    if (!marked) return Bad("its entitlements are not marked as such");
    HOLDFAST_ASSIGN_OR_RETURN(const plist::Document document,
                              plist::Parse(xml, absl::StrCat("the entitlements of ", name_)));
    if (document.root.As<plist::Dict>() == nullptr) return Bad("its entitlements are no dictionary");
    return Sorted(document.root);
  }

  absl::StatusOr<plist::Value> ReadDer(bool marked, absl::string_view der) const {
    if (!marked) return Bad("its DER entitlements are not marked as such");
    HOLDFAST_ASSIGN_OR_RETURN(const plist::Value value, ReadDerEntitlements(der, name_));
    return Sorted(value);
  }

  // Each directory hashes the same code in another way; macOS takes the strongest, so all must say the same.
  absl::Status ReadDirectory(const Bytes& directory) {
    const std::optional<uint64_t> version = directory.Big(8), flags = directory.Big(12),
                                  identifier_at = directory.Big(20), hashes = directory.Big(36);
    if (directory.Big(0) != kCodeDirectory || !version || !flags || !identifier_at || !hashes) {
      return Bad("its code directory is none");
    }
    HOLDFAST_ASSIGN_OR_RETURN(const std::string identifier, Word(directory, *identifier_at, "identifier"));
    HOLDFAST_ASSIGN_OR_RETURN(const std::string team, Team(directory, *version));
    const bool ad_hoc = (*flags & kAdHoc) != 0;
    if (found_ && (identifier != out_.identifier || team != out_.team_id || ad_hoc != out_.ad_hoc)) {
      return Bad("its code directories contradict each other");
    }
    found_ = true;
    out_.identifier = identifier;
    out_.team_id = team;
    out_.ad_hoc = ad_hoc;
    out_.hardened_runtime = (*flags & kHardened) != 0;
    Rank(directory, *hashes >> 16 & 0xFF);
    return absl::OkStatus();
  }

  void Rank(const Bytes& directory, uint64_t hash_type) {
    for (size_t rank = 0; rank < kHashTypes.size(); ++rank) {
      if (kHashTypes[rank].number != hash_type || rank + 1 <= strength_) continue;
      strength_ = rank + 1;
      out_.cd_hash = CdHash(directory.view(), kHashTypes[rank].digest());
    }
  }

  absl::StatusOr<std::string> Team(const Bytes& directory, uint64_t version) const {
    if (version < kVersionWithTeam) return std::string();
    const std::optional<uint64_t> at = directory.Big(48);
    if (!at) return Bad("its code directory is cut off");
    if (*at == 0) return std::string();
    return Word(directory, *at, "Team ID");
  }

  absl::StatusOr<std::string> Word(const Bytes& directory, uint64_t at, absl::string_view which) const {
    const std::optional<absl::string_view> text = directory.Text(at);
    if (!text || text->empty() || text->size() > kMostIdentifier ||
        !std::all_of(text->begin(), text->end(), IsPlain)) {
      return Bad(absl::StrCat("its ", which, " is not readable"));
    }
    return std::string(*text);
  }

  const std::string name_;  // the file, and the architecture where there are several
  CodeSignature out_;
  bool found_ = false;
  size_t strength_ = 0;  // of the directory whose hash is kept; 0: none yet
};

}  // namespace

absl::StatusOr<CodeSignature> ReadCodeSignature(const Slice& slice, absl::string_view name) {
  if (slice.signature.empty()) return absl::NotFoundError(absl::StrCat(name, " is not signed at all"));
  return Reader(name).Read(slice);
}

absl::StatusOr<std::vector<CodeSignature>> ReadCodeSignatures(absl::string_view bytes,
                                                              absl::string_view name) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Slice> slices, ReadImage(bytes, name));
  std::vector<CodeSignature> out;
  for (const Slice& slice : slices) {
    HOLDFAST_ASSIGN_OR_RETURN(out.emplace_back(),
                              ReadCodeSignature(slice, SliceName(name, slice, slices.size())));
  }
  return out;
}

const plist::Value* EntitlementsOf(const CodeSignature& signature) {
  if (signature.der_entitlements) return &*signature.der_entitlements;
  return signature.entitlements ? &*signature.entitlements : nullptr;
}

}  // namespace holdfast::profiles
