// Whom this machine asks for names, as a resolv.conf says.
#pragma once

#include <string>
#include <vector>

namespace holdfast::platform {

struct Resolvers {
  std::vector<std::string> addresses;  // in the order in which they are asked
  std::vector<std::string> domains;
};

// What a file that is not there names: nothing. Thread-safe.
Resolvers ReadResolvConf(const std::string& path);

}  // namespace holdfast::platform
