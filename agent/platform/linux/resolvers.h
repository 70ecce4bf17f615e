// Who resolves names on this machine, as its files say.
#pragma once

#include <string>

#include "agent/platform/posix/resolv_conf.h"

namespace holdfast::platform {

// Of a resolv.conf. Where it names only systemd-resolved's own address, that one's list is read instead.
Resolvers ReadResolvers(const std::string& resolv_conf, const std::string& systemd_list);

}  // namespace holdfast::platform
