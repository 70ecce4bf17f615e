#include "agent/platform/linux/resolvers.h"

#include <fstream>

#include "absl/strings/str_split.h"

namespace holdfast::platform {
namespace {

constexpr char kSystemdStub[] = "127.0.0.53";

Resolvers ReadFile(const std::string& path) {
  Resolvers resolvers;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 2) continue;
    if (words[0] == "nameserver") resolvers.addresses.push_back(words[1]);
    if (words[0] == "search" || words[0] == "domain") {
      resolvers.domains.assign(words.begin() + 1, words.end());
    }
  }
  return resolvers;
}

}  // namespace

Resolvers ReadResolvers(const std::string& resolv_conf, const std::string& systemd_list) {
  Resolvers resolvers = ReadFile(resolv_conf);
  if (resolvers.addresses != std::vector<std::string>{kSystemdStub}) return resolvers;
  Resolvers behind = ReadFile(systemd_list);
  return behind.addresses.empty() ? resolvers : behind;
}

}  // namespace holdfast::platform
