#include "agent/platform/posix/resolv_conf.h"

#include <fstream>

#include "absl/strings/str_split.h"

namespace holdfast::platform {

Resolvers ReadResolvConf(const std::string& path) {
  Resolvers resolvers;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::string said = line.substr(0, line.find_first_of("#;"));
    const std::vector<std::string> words = absl::StrSplit(said, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.size() < 2) continue;
    if (words[0] == "nameserver") resolvers.addresses.push_back(words[1]);
    if (words[0] == "search" || words[0] == "domain") {
      resolvers.domains.assign(words.begin() + 1, words.end());
    }
  }
  return resolvers;
}

}  // namespace holdfast::platform
