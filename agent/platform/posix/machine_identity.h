// What this machine is called by its maker and its system: read by linux/ or darwin/.
#pragma once

#include "proto/wire/agent_messages.h"

namespace holdfast::platform {

// What cannot be read is empty. Linux: serial number and model from DMI (a missing serial number is the
// machine id), the system's release. A Mac: IOKit's platform expert, the host's UUID and sysctl.
wire::HardwareIdentity ReadMachineIdentity();

}  // namespace holdfast::platform
