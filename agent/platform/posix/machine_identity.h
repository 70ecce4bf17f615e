// What this machine is called by its maker and its system.
#pragma once

#include "proto/wire/agent_messages.h"

namespace holdfast::platform {

// Serial number and model from DMI, the machine id, the system's release. What cannot be read is empty; a
// missing serial number is taken from the machine id.
wire::HardwareIdentity ReadMachineIdentity();

}  // namespace holdfast::platform
