// Operations and their numbers are those of Apple's published Security sources (requirement.h).
#include "profiles/macho/requirement.h"

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/macho/bytes.h"
#include "profiles/macho/requirement_words.h"

namespace holdfast::profiles {
namespace {

constexpr uint32_t kRequirementMagic = 0xFADE0C00, kSetMagic = 0xFADE0C01;
constexpr uint32_t kExpressionForm = 1, kDesignated = 3;
constexpr uint32_t kMostInSet = 16;
constexpr int kMostDepth = 64, kMostOperations = 1024;
constexpr uint32_t kFlags = 0xFF000000, kGenericFalse = 0x80000000, kGenericSkip = 0x40000000;

enum Operation : uint32_t {
  kFalse = 0,
  kTrue = 1,
  kIdentifier = 2,
  kAppleAnchor = 3,
  kAnchorHash = 4,
  kInfoValue = 5,
  kAnd = 6,
  kOr = 7,
  kCdHash = 8,
  kNot = 9,
  kInfoField = 10,
  kCertificateField = 11,
  kTrustedCertificate = 12,
  kTrustedCertificates = 13,
  kCertificateOid = 14,
  kAppleGenericAnchor = 15,
  kEntitlementField = 16,
  kCertificatePolicy = 17,
  kNamedAnchor = 18,
  kNamedCode = 19,
  kPlatform = 20,
  kNotarized = 21,
  kLegacyDeveloperId = 23,
};

enum Match : uint32_t {
  kExists = 0,
  kEqual = 1,
  kContains = 2,
  kBeginsWith = 3,
  kEndsWith = 4,
  kLess = 5,
  kGreater = 6,
  kLessEqual = 7,
  kGreaterEqual = 8,
  kAbsent = 14,
};

// How tightly the surroundings bind: what binds less goes into parentheses.
enum class Level { kAlone, kAnd, kAny };

class Decompiler {
 public:
  Decompiler(const Bytes& blob, absl::string_view name) : blob_(blob), name_(name) {}

  absl::StatusOr<Requirement> Read() {
    HOLDFAST_ASSIGN_OR_RETURN(Requirement out, ReadText());
    if (out.complete && at_ != blob_.size()) return Bad("bytes follow its end");
    return out;
  }

 private:
  absl::Status Bad(absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat("reading a code requirement of ", name_, ": ", why));
  }
  absl::Status CutOff() const { return Bad("it is cut off"); }

  absl::StatusOr<Requirement> ReadText() {
    const std::optional<uint64_t> length = blob_.Big(4), form = blob_.Big(8);
    if (blob_.Big(0) != kRequirementMagic || !form) return Bad("it is none");
    if (*length != blob_.size()) return Bad("its length is not that of its bytes");
    if (*form != kExpressionForm) return Requirement{absl::StrCat("(unknown form ", *form, ")"), false};
    at_ = 12;
    Requirement out;
    HOLDFAST_ASSIGN_OR_RETURN(out.text, Expression(Level::kAny, 1));
    out.complete = known_;
    return out;
  }

  absl::StatusOr<uint32_t> Number() {
    const std::optional<uint64_t> number = blob_.Big(at_);
    if (!number) return CutOff();
    at_ += 4;
    return static_cast<uint32_t>(*number);
  }
  // A length, that many bytes, and zeros up to the next word.
  absl::StatusOr<absl::string_view> Data() {
    HOLDFAST_ASSIGN_OR_RETURN(const uint32_t length, Number());
    const std::optional<Bytes> piece = blob_.Piece(at_, length);
    if (!piece) return CutOff();
    at_ += (uint64_t{length} + 3) / 4 * 4;
    if (at_ > blob_.size()) return CutOff();
    return piece->view();
  }

  // After an operation that is not known nothing can be read: its operands have no length.
  std::string Unknown(absl::string_view what, uint32_t number) {
    known_ = false;
    return absl::StrCat("(unknown ", what, " ", number, ")");
  }

  absl::StatusOr<std::string> Expression(Level level, int depth) {
    if (depth > kMostDepth || ++operations_ > kMostOperations)
      return Bad("it is nested or long beyond sense");
    HOLDFAST_ASSIGN_OR_RETURN(const uint32_t operation, Number());
    switch (operation) {
      case kAnd:
        return Both(" and ", Level::kAnd, level == Level::kAlone, depth);
      case kOr:
        return Both(" or ", Level::kAny, level != Level::kAny, depth);
      case kNot: {
        HOLDFAST_ASSIGN_OR_RETURN(const std::string inner, Expression(Level::kAlone, depth + 1));
        return absl::StrCat("! ", inner);
      }
      default:
        return (operation & kFlags) != 0 ? Generic(operation, level, depth) : Term(operation);
    }
  }

  absl::StatusOr<std::string> Both(absl::string_view word, Level inside, bool parentheses, int depth) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string left, Expression(inside, depth + 1));
    if (!known_) return absl::StrCat(left, word, "...");
    HOLDFAST_ASSIGN_OR_RETURN(const std::string right, Expression(inside, depth + 1));
    return absl::StrCat(parentheses ? "(" : "", left, word, right, parentheses ? ")" : "");
  }

  // Newer operations that older systems pass over: they carry their length.
  absl::StatusOr<std::string> Generic(uint32_t operation, Level level, int depth) {
    if ((operation & (kGenericFalse | kGenericSkip)) == 0) return Unknown("operation", operation);
    HOLDFAST_RETURN_IF_ERROR(Data().status());
    if ((operation & kGenericFalse) != 0) return std::string("never");
    return Expression(level, depth + 1);
  }

  absl::StatusOr<std::string> Term(uint32_t operation) {
    switch (operation) {
      case kFalse:
        return std::string("never");
      case kTrue:
        return std::string("always");
      case kIdentifier:
        return OfData("identifier ", QuotedWord, "");
      case kAppleAnchor:
        return std::string("anchor apple");
      case kAppleGenericAnchor:
        return std::string("anchor apple generic");
      case kTrustedCertificates:
        return std::string("anchor trusted");
      case kNotarized:
        return std::string("notarized");
      case kLegacyDeveloperId:
        return std::string("legacy");
      case kCdHash:
        return OfData("cdhash ", HashWord, "");
      case kNamedAnchor:
        return OfData("anchor apple ", QuotedWord, "");
      case kNamedCode:
        return OfData("(", QuotedWord, ")");
      case kInfoValue:
        return InfoValue();
      case kInfoField:
        return Field("info", QuotedWord);
      case kEntitlementField:
        return Field("entitlement", QuotedWord);
      case kPlatform: {
        HOLDFAST_ASSIGN_OR_RETURN(const uint32_t platform, Number());
        return absl::StrCat("platform = ", platform);
      }
      default:
        return CertificateTerm(operation);
    }
  }

  absl::StatusOr<std::string> CertificateTerm(uint32_t operation) {
    if (operation != kAnchorHash && operation != kCertificateField && operation != kTrustedCertificate &&
        operation != kCertificateOid && operation != kCertificatePolicy) {
      return Unknown("operation", operation);
    }
    HOLDFAST_ASSIGN_OR_RETURN(const uint32_t slot, Number());
    const std::string certificate = absl::StrCat("certificate ", CertificateWord(slot));
    switch (operation) {
      case kTrustedCertificate:
        return absl::StrCat(certificate, " trusted");
      case kAnchorHash:
        return OfData(absl::StrCat(certificate, " = "), HashWord, "");
      case kCertificateOid:
        return Field(certificate, [](absl::string_view oid) { return absl::StrCat("field.", OidWord(oid)); });
      case kCertificatePolicy:
        return Field(certificate,
                     [](absl::string_view oid) { return absl::StrCat("policy.", OidWord(oid)); });
      default:
        return Field(certificate, FieldWord);
    }
  }

  template <class Form>
  absl::StatusOr<std::string> OfData(absl::string_view before, Form form, absl::string_view after) {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::string_view data, Data());
    return absl::StrCat(before, form(data), after);
  }

  absl::StatusOr<std::string> InfoValue() {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::string_view key, Data());
    HOLDFAST_ASSIGN_OR_RETURN(const absl::string_view value, Data());
    return absl::StrCat("info[", QuotedWord(key), "] = ", QuotedWord(value));
  }

  template <class Form>
  absl::StatusOr<std::string> Field(absl::string_view of, Form form) {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::string_view key, Data());
    HOLDFAST_ASSIGN_OR_RETURN(const std::string match, Matching());
    return absl::StrCat(of, "[", form(key), "]", match);
  }

  absl::StatusOr<std::string> Matching() {
    HOLDFAST_ASSIGN_OR_RETURN(const uint32_t match, Number());
    switch (match) {
      case kExists:
        return std::string(" /* exists */");
      case kAbsent:
        return std::string(" absent");
      case kEqual:
        return OfData(" = ", QuotedWord, "");
      case kContains:
        return OfData(" ~ ", QuotedWord, "");
      case kBeginsWith:
        return OfData(" = ", QuotedWord, "*");
      case kEndsWith:
        return OfData(" = *", QuotedWord, "");
      case kLess:
        return OfData(" < ", QuotedWord, "");
      case kGreater:
        return OfData(" > ", QuotedWord, "");
      case kLessEqual:
        return OfData(" <= ", QuotedWord, "");
      case kGreaterEqual:
        return OfData(" >= ", QuotedWord, "");
      default:
        return absl::StrCat(" ", Unknown("comparison", match));
    }
  }

  const Bytes blob_;
  const std::string name_;
  uint64_t at_ = 0;
  int operations_ = 0;
  bool known_ = true;
};

}  // namespace

absl::StatusOr<Requirement> ReadRequirement(absl::string_view blob, absl::string_view name) {
  return Decompiler(Bytes(blob), name).Read();
}

absl::StatusOr<Requirement> ReadDesignatedRequirement(absl::string_view set, absl::string_view name) {
  const Bytes bytes(set);
  const std::optional<uint64_t> count = bytes.Big(8);
  if (bytes.Big(0) != kSetMagic || !count || *count > kMostInSet) {
    return absl::InvalidArgumentError(
        absl::StrCat("reading the code requirements of ", name, ": they are none"));
  }
  for (uint64_t i = 0; i < *count; ++i) {
    const std::optional<uint64_t> kind = bytes.Big(12 + 8 * i), at = bytes.Big(16 + 8 * i);
    if (kind != kDesignated) continue;
    const std::optional<uint64_t> length = at ? bytes.Big(*at + 4) : std::nullopt;
    const std::optional<Bytes> part = length ? bytes.Piece(*at, *length) : std::nullopt;
    if (part) return ReadRequirement(part->view(), name);
    return absl::InvalidArgumentError(
        absl::StrCat("reading the code requirements of ", name, ": one lies outside of them"));
  }
  return absl::NotFoundError(absl::StrCat(name, " has no designated requirement of its own"));
}

std::string DeveloperIdRequirement(absl::string_view identifier, absl::string_view team_id) {
  // The two fields are Apple's marks of the Developer ID authority and of an application's certificate by it.
  return absl::StrCat(
      "identifier \"", identifier,
      "\" and anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] and "
      "certificate leaf[field.1.2.840.113635.100.6.1.13] and certificate leaf[subject.OU] = \"",
      team_id, "\"");
}

}  // namespace holdfast::profiles
