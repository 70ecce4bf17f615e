#include "storage/fleet/sqlite/profile_set_bytes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"

namespace holdfast::fleet {
namespace {

std::string TextOf(CanonicalReader& in) {
  return std::string(in.Bytes());
}

void Write(const ProfilePayload& payload, CanonicalWriter& out) {
  out.Bytes(payload.type).Bytes(payload.identifier);
}

void Read(CanonicalReader& in, ProfilePayload& payload) {
  payload.type = TextOf(in);
  payload.identifier = TextOf(in);
}

void Write(const ProfilePlace& place, CanonicalWriter& out) {
  out.Bytes(place.file).U32(place.line).Bytes(place.key);
}

void Read(CanonicalReader& in, ProfilePlace& place) {
  place.file = TextOf(in);
  place.line = in.U32();
  place.key = TextOf(in);
}

void Write(const ProfileFinding& finding, CanonicalWriter& out);
void Read(CanonicalReader& in, ProfileFinding& finding);

template <class T>
void WriteList(const std::vector<T>& list, CanonicalWriter& out) {
  out.U32(static_cast<uint32_t>(list.size()));
  for (const T& item : list) Write(item, out);
}

// `most`: each item takes a byte at least, so that a damaged count is no number of items.
template <class T>
void ReadList(CanonicalReader& in, size_t most, std::vector<T>& list) {
  const uint32_t count = in.U32();
  if (count > most) in.Raw(count);  // is not there: Done says so
  for (uint32_t i = 0; i < count && count <= most; ++i) Read(in, list.emplace_back());
}

void Write(const ProfileFinding& finding, CanonicalWriter& out) {
  out.Bytes(finding.rule).Bytes(finding.severity);
  Write(finding.place, out);
  out.Bytes(finding.profile).Bytes(finding.payload_type).Bytes(finding.subject).Bytes(finding.what);
  out.Bytes(finding.fix).Bytes(finding.allowed_because).U8(finding.together ? 1 : 0);
  WriteList(finding.related, out);
}

void Read(CanonicalReader& in, ProfileFinding& finding) {
  finding.rule = TextOf(in);
  finding.severity = TextOf(in);
  Read(in, finding.place);
  for (std::string* text : {&finding.profile, &finding.payload_type, &finding.subject, &finding.what,
                            &finding.fix, &finding.allowed_because}) {
    *text = TextOf(in);
  }
  finding.together = in.U8() != 0;
  constexpr size_t kMostRelated = 10'000;
  ReadList(in, kMostRelated, finding.related);
}

template <class T>
std::string Encode(const std::vector<T>& list) {
  CanonicalWriter out;
  WriteList(list, out);
  return out.Take();
}

template <class T>
absl::StatusOr<std::vector<T>> Decode(absl::string_view bytes) {
  CanonicalReader in(bytes);
  std::vector<T> list;
  ReadList(in, bytes.size(), list);
  if (const absl::Status done = in.Done(); !done.ok()) {
    return absl::DataLossError(
        absl::StrCat("reading a set of profiles: ", done.message(), "; delete the set and put it again"));
  }
  return list;
}

}  // namespace

std::string EncodePayloads(const std::vector<ProfilePayload>& payloads) {
  return Encode(payloads);
}

absl::StatusOr<std::vector<ProfilePayload>> DecodePayloads(absl::string_view bytes) {
  return Decode<ProfilePayload>(bytes);
}

std::string EncodeFindings(const std::vector<ProfileFinding>& findings) {
  return Encode(findings);
}

absl::StatusOr<std::vector<ProfileFinding>> DecodeFindings(absl::string_view bytes) {
  return Decode<ProfileFinding>(bytes);
}

}  // namespace holdfast::fleet
