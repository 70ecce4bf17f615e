// A connection needs a file descriptor, and what shells and service managers allow by default is a thousand.
#pragma once

#include <sys/resource.h>

namespace holdfast::server {

// As many descriptors as this process may have at all; how many that is now.
inline rlim_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

}  // namespace holdfast::server
