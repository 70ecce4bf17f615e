// Entitlements in DER, written byte by byte.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace holdfast::profiles {

inline std::string Der(int tag, const std::string& content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() >= 0x80) {
    out += '\x82';
    out += static_cast<char>(content.size() >> 8);
  }
  return out + static_cast<char>(content.size()) + content;
}
inline std::string DerText(const std::string& text) {
  return Der(0x0C, text);
}
inline std::string DerTrue() {
  return Der(0x01, "\xFF");
}
inline std::string DerArray(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) all += item;
  return Der(0x30, all);
}
inline std::string DerDict(const std::vector<std::pair<std::string, std::string>>& entries, int tag = 0xB0) {
  std::string all;
  for (const auto& [key, value] : entries) all += Der(0x30, DerText(key) + value);
  return Der(tag, all);
}
// The whole, as a signature carries it.
inline std::string DerEntitlements(const std::vector<std::pair<std::string, std::string>>& entries) {
  return Der(0x70, Der(0x02, "\x01") + DerDict(entries));
}

}  // namespace holdfast::profiles
