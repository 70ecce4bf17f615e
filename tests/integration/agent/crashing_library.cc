// The simulated Mac's session library as an OS update could leave it: one call is no longer what it was. Its
// type is that of agent/session/darwin/abi.h, as the sanitizer of calls through a pointer asks.
#include <stdlib.h>

struct hf_ne_session;

extern "C" __attribute__((visibility("default"))) hf_ne_session* ne_session_create(const unsigned char*,
                                                                                   int) {
  abort();
}
