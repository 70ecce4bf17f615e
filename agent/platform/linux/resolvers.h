// Who resolves names on this machine, as its files say.
#pragma once

#include <string>
#include <vector>

namespace holdfast::platform {

struct Resolvers {
  std::vector<std::string> addresses;  // in the order in which they are asked
  std::vector<std::string> domains;
};
// Of a resolv.conf. Where it names only systemd-resolved's own address, that one's list is read instead.
Resolvers ReadResolvers(const std::string& resolv_conf, const std::string& systemd_list);

}  // namespace holdfast::platform
