// Asks the kernel by which interface an address is reached, policy routing included, and who a gateway is.
// The kernel answers within the call; nothing blocks.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::platform {

class RouteLookup {
 public:
  RouteLookup();
  ~RouteLookup();
  RouteLookup(const RouteLookup&) = delete;
  RouteLookup& operator=(const RouteLookup&) = delete;

  struct Way {
    int interface = 0;    // index; 0: there is no way
    std::string gateway;  // its address's bytes; empty when it is on the link
  };
  // Of an IPv4 or IPv6 address in text.
  Way To(const std::string& address);
  // "aa:bb:cc:dd:ee:ff"; empty when the kernel has not met it.
  std::string LinkAddressOf(const Way& way);

 private:
  // The payload of the kernel's first answer of that type; empty for any other answer.
  std::string Ask(absl::string_view request, uint16_t answer_type);
  int fd_ = -1;
};

}  // namespace holdfast::platform
