#include "profiles/spec/part.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::profiles {

std::optional<std::string> FileOf(SpecSection& section, absl::string_view key, const PartContext& context) {
  const std::optional<std::string> path = section.Text(key);
  if (!path) return std::nullopt;
  absl::StatusOr<std::string> bytes = context.files(*path);
  if (bytes.ok()) return *std::move(bytes);
  section.Error(key, bytes.status().message());
  return std::nullopt;
}

std::optional<std::string> SecretOf(SpecSection& section, absl::string_view key, const PartContext& context) {
  const std::optional<std::string> bytes = FileOf(section, key, context);
  if (!bytes) return std::nullopt;
  std::string line(absl::StripAsciiWhitespace(bytes->substr(0, bytes->find('\n'))));
  if (!line.empty() && IsValidUtf8(line)) return line;
  section.Error(key, "the file's first line is the secret, and it is empty or no text");
  return std::nullopt;
}

std::optional<std::string> CertificateOf(SpecSection& section, absl::string_view key,
                                         const PartContext& context) {
  const std::optional<std::string> id = section.Text(key);
  if (!id) return std::nullopt;
  const auto certificate = context.certificates.find(*id);
  if (certificate != context.certificates.end()) return certificate->second;
  const std::string there = context.certificates.empty()
                                ? "has none"
                                : absl::StrCat("has ", absl::StrJoin(context.certificates, ", ",
                                                                     [](std::string* out, const auto& c) {
                                                                       absl::StrAppend(out, c.first);
                                                                     }));
  section.Error(key, absl::StrCat("'", *id, "' is no identity of the same profile, which ", there,
                                  " (add a part of the kind pkcs12 or scep with that id)"));
  return std::nullopt;
}

}  // namespace holdfast::profiles
