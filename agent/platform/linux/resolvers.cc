#include "agent/platform/linux/resolvers.h"

namespace holdfast::platform {
namespace {

constexpr char kSystemdStub[] = "127.0.0.53";

}  // namespace

Resolvers ReadResolvers(const std::string& resolv_conf, const std::string& systemd_list) {
  Resolvers resolvers = ReadResolvConf(resolv_conf);
  if (resolvers.addresses != std::vector<std::string>{kSystemdStub}) return resolvers;
  Resolvers behind = ReadResolvConf(systemd_list);
  return behind.addresses.empty() ? resolvers : behind;
}

}  // namespace holdfast::platform
