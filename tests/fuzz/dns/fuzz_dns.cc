// Whatever a resolver answers: it is read as addresses or refused, and nothing is read outside it.
#include <arpa/inet.h>

#include <cstdint>
#include <cstdlib>

#include "agent/platform/posix/dns_message.h"

namespace holdfast::platform {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

// The first byte chooses the type that was asked for; the rest is the answer.
void One(absl::string_view bytes) {
  if (bytes.empty()) return;
  const DnsType type = (bytes[0] & 1) != 0 ? DnsType::kAaaa : DnsType::kA;
  const std::string query = MakeDnsQuery("a.example", type, 0x6869).value();
  const auto addresses = ReadDnsAnswer(query, bytes.substr(1));
  if (!addresses.ok()) return;
  for (const std::string& address : *addresses) {
    in6_addr parsed{};
    Check(inet_pton(type == DnsType::kA ? AF_INET : AF_INET6, address.c_str(), &parsed) == 1);
  }
}

}  // namespace
}  // namespace holdfast::platform

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  holdfast::platform::One({reinterpret_cast<const char*>(data), size});
  return 0;
}
