// Programs of a Mac as the tests need them: headers, load commands and a code signature, written byte by
// byte.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::profiles {

struct SignedAs {
  std::string identifier = "io.holdfast.holdfastd";
  std::string team = "ABCDE12345";
  uint32_t flags = 0x10000;  // hardened runtime
  bool certificate = true;
  std::string cms = "cms";        // in the wrapper, where there is a certificate
  std::string entitlements = "";  // a property list
  std::string der_entitlements = "";
  std::string requirement = "";  // an expression: the designated requirement
};

inline constexpr uint32_t kArm64 = 0x0100000C, kX8664 = 0x01000007;

inline std::string Big(uint32_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
  return out;
}
inline std::string Little(uint32_t number) {
  const std::string big = Big(number);
  return {big.rbegin(), big.rend()};
}

// A marked piece of a signature.
inline std::string Blob(uint32_t magic, const std::string& body) {
  return Big(magic) + Big(static_cast<uint32_t>(body.size()) + 8) + body;
}

inline std::string CodeDirectory(const SignedAs& as) {
  constexpr uint32_t kHead = 52;  // version 0x20200
  const auto team_at = static_cast<uint32_t>(kHead + as.identifier.size() + 1);
  std::string out = Big(0x20200) + Big(as.flags) + Big(0) + Big(kHead);
  out += Big(0) + Big(0) + Big(0);                              // slots, limit
  out += std::string("\x20\x02\x00\x0c", 4) + Big(0) + Big(0);  // SHA-256, 4 KiB pages
  out += Big(as.team.empty() ? 0 : team_at) + as.identifier + std::string(1, '\0');
  if (!as.team.empty()) out += as.team + std::string(1, '\0');
  return Blob(0xFADE0C02, out);
}

// Of a signature, or of its requirements: an index of pieces, then the pieces.
inline std::string IndexedBlob(uint32_t magic, const std::vector<std::pair<uint32_t, std::string>>& parts) {
  auto at = static_cast<uint32_t>(12 + 8 * parts.size());
  std::string index, bodies;
  for (const auto& [slot, body] : parts) {
    index += Big(slot) + Big(at);
    at += static_cast<uint32_t>(body.size());
    bodies += body;
  }
  return Blob(magic, Big(static_cast<uint32_t>(parts.size())) + index + bodies);
}
inline std::string SuperBlob(const std::vector<std::pair<uint32_t, std::string>>& parts) {
  return IndexedBlob(0xFADE0CC0, parts);
}

inline std::string Wrapper(const std::string& cms) {
  return Blob(0xFADE0B01, cms);
}

// A requirement of that expression, and the set in which it is the designated one.
inline std::string RequirementBlob(const std::string& expression) {
  return Blob(0xFADE0C00, Big(1) + expression);
}
inline std::string RequirementSet(const std::string& expression) {
  return IndexedBlob(0xFADE0C01, {{3, RequirementBlob(expression)}});
}

// A load command: its number and length, then the body, up to a multiple of eight bytes.
inline std::string Command(uint32_t number, std::string body) {
  body.resize((body.size() + 7) / 8 * 8);
  return Little(number) + Little(static_cast<uint32_t>(body.size()) + 8) + body;
}
inline std::string Rpath(const std::string& path) {
  return Command(0x8000001C, Little(12) + path + '\0');
}
inline std::string Dylib(uint32_t command, const std::string& name) {
  return Command(command, Little(24) + Little(2) + Little(0) + Little(0) + name + '\0');
}
inline std::string Loads(const std::string& name) {
  return Dylib(0xC, name);
}
inline std::string LoadsWeakly(const std::string& name) {
  return Dylib(0x80000018, name);
}
inline std::string IsCalled(const std::string& name) {
  return Dylib(0xD, name);
}
// Versions as 13.1 is written: 0x000D0100.
inline std::string BuildVersion(uint32_t platform, uint32_t minimum, uint32_t sdk) {
  return Command(0x32, Little(platform) + Little(minimum) + Little(sdk) + Little(0));
}
inline std::string VersionMin(uint32_t minimum, uint32_t sdk) {
  return Command(0x24, Little(minimum) + Little(sdk));
}

struct ImageAs {
  uint32_t cpu = kArm64;
  uint32_t subtype = 0;
  uint32_t file_type = 2;                                                      // a program; 6: a library
  std::vector<std::string> commands = {Command(0x1B, std::string(16, '\7'))};  // LC_UUID
  std::string signature = "";                                                  // empty: not signed
};

// One architecture.
inline std::string Image(const ImageAs& as) {
  std::string commands;
  for (const std::string& command : as.commands) commands += command;
  auto count = static_cast<uint32_t>(as.commands.size());
  auto size = static_cast<uint32_t>(commands.size());
  if (!as.signature.empty()) {
    ++count;
    size += 16;
    commands +=
        Little(0x1D) + Little(16) + Little(32 + size) + Little(static_cast<uint32_t>(as.signature.size()));
  }
  std::string out = Little(0xFEEDFACF) + Little(as.cpu) + Little(as.subtype) + Little(as.file_type);
  return out + Little(count) + Little(size) + Little(0) + Little(0) + commands + as.signature;
}

inline std::string Thin(const std::string& signature, uint32_t cpu = kArm64) {
  return Image({.cpu = cpu, .signature = signature});
}

inline std::string Signature(const SignedAs& as) {
  std::vector<std::pair<uint32_t, std::string>> parts = {{0, CodeDirectory(as)}};
  if (!as.requirement.empty()) parts.emplace_back(2, RequirementSet(as.requirement));
  if (!as.entitlements.empty()) parts.emplace_back(5, Blob(0xFADE7171, as.entitlements));
  if (!as.der_entitlements.empty()) parts.emplace_back(7, Blob(0xFADE7172, as.der_entitlements));
  if (as.certificate) parts.emplace_back(0x10000, Wrapper(as.cms));
  return SuperBlob(parts);
}

inline std::string Program(const SignedAs& as = {}, uint32_t cpu = kArm64) {
  return Thin(Signature(as), cpu);
}

inline SignedAs AdHoc() {
  return {.team = "", .flags = 0x10002, .certificate = false};
}

inline std::string Universal(const std::vector<std::string>& slices) {
  auto at = static_cast<uint32_t>(8 + 20 * slices.size());
  std::string table, bodies;
  for (const std::string& slice : slices) {
    table += Big(0) + Big(0) + Big(at) + Big(static_cast<uint32_t>(slice.size())) + Big(0);
    at += static_cast<uint32_t>(slice.size());
    bodies += slice;
  }
  return Big(0xCAFEBABE) + Big(static_cast<uint32_t>(slices.size())) + table + bodies;
}

}  // namespace holdfast::profiles
