// Expressions of code requirements, written byte by byte.
#pragma once

#include <string>

#include "tests/profiles/mach_o.h"

namespace holdfast::profiles {

inline std::string Operand(const std::string& data) {
  return Big(static_cast<uint32_t>(data.size())) + data + std::string((4 - data.size() % 4) % 4, '\0');
}
inline std::string IdentifierIs(const std::string& identifier) {
  return Big(2) + Operand(identifier);
}
inline std::string Both(const std::string& a, const std::string& b) {
  return Big(6) + a + b;
}
inline std::string Either(const std::string& a, const std::string& b) {
  return Big(7) + a + b;
}
inline std::string Not(const std::string& a) {
  return Big(9) + a;
}
inline std::string AnchorAppleGeneric() {
  return Big(15);
}
inline std::string CertificateHas(uint32_t slot, const std::string& oid) {
  return Big(14) + Big(slot) + Operand(oid) + Big(0);
}
inline std::string CertificateFieldIs(uint32_t slot, const std::string& field, const std::string& value) {
  return Big(11) + Big(slot) + Operand(field) + Big(1) + Operand(value);
}
// What Developer ID code says of itself.
inline std::string DeveloperId(const std::string& identifier, const std::string& team) {
  const std::string authority("\x2a\x86\x48\x86\xf7\x63\x64\x06\x02\x06", 10);    // 1.2.840.113635.100.6.2.6
  const std::string application("\x2a\x86\x48\x86\xf7\x63\x64\x06\x01\x0d", 10);  // 1.2.840.113635.100.6.1.13
  return Both(Both(Both(Both(IdentifierIs(identifier), AnchorAppleGeneric()), CertificateHas(1, authority)),
                   CertificateHas(0, application)),
              CertificateFieldIs(0, "subject.OU", team));
}

}  // namespace holdfast::profiles
