// Programs of a Mac as the tests need them: headers and a code signature, written byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::profiles {

struct SignedAs {
  std::string identifier = "io.holdfast.holdfastd";
  std::string team = "ABCDE12345";
  uint32_t flags = 0x10000;  // hardened runtime
  bool certificate = true;
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

inline std::string CodeDirectory(const SignedAs& as) {
  constexpr uint32_t kHead = 52;  // version 0x20200
  const auto team_at = static_cast<uint32_t>(kHead + as.identifier.size() + 1);
  std::string out = Big(0x20200) + Big(as.flags) + Big(0) + Big(kHead);
  out += Big(0) + Big(0) + Big(0);                              // slots, limit
  out += std::string("\x20\x02\x00\x0c", 4) + Big(0) + Big(0);  // SHA-256, 4 KiB pages
  out += Big(as.team.empty() ? 0 : team_at) + as.identifier + std::string(1, '\0');
  if (!as.team.empty()) out += as.team + std::string(1, '\0');
  return Big(0xFADE0C02) + Big(static_cast<uint32_t>(out.size()) + 8) + out;
}

inline std::string SuperBlob(const std::vector<std::pair<uint32_t, std::string>>& parts) {
  auto at = static_cast<uint32_t>(12 + 8 * parts.size());
  std::string index, bodies;
  for (const auto& [slot, body] : parts) {
    index += Big(slot) + Big(at);
    at += static_cast<uint32_t>(body.size());
    bodies += body;
  }
  return Big(0xFADE0CC0) + Big(at) + Big(static_cast<uint32_t>(parts.size())) + index + bodies;
}

inline std::string Wrapper(const std::string& cms) {
  return Big(0xFADE0B01) + Big(static_cast<uint32_t>(cms.size()) + 8) + cms;
}

// One architecture with that signature; empty: not signed.
inline std::string Thin(const std::string& signature, uint32_t cpu = kArm64) {
  std::string out = Little(0xFEEDFACF) + Little(cpu) + Little(0) + Little(2);
  out += Little(signature.empty() ? 1 : 2) + Little(signature.empty() ? 24 : 40) + Little(0) + Little(0);
  out += Little(0x1B) + Little(24) + std::string(16, '\7');  // LC_UUID
  if (signature.empty()) return out;
  out += Little(0x1D) + Little(16) + Little(static_cast<uint32_t>(out.size()) + 16);
  out += Little(static_cast<uint32_t>(signature.size()));
  return out + signature;
}

inline std::string Program(const SignedAs& as = {}, uint32_t cpu = kArm64) {
  std::vector<std::pair<uint32_t, std::string>> parts = {{0, CodeDirectory(as)}};
  if (as.certificate) parts.emplace_back(0x10000, Wrapper("cms"));
  return Thin(SuperBlob(parts), cpu);
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
