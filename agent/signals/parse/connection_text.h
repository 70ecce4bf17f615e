// What the network stack says about single connections: which interface one uses, and that NECP attributes
// were set on it.
#pragma once

#include "agent/signals/parse/log_event.h"
#include "agent/signals/parse/session_text.h"

namespace holdfast::parse {

// "nw_protocol_socket_set_necp_attributes [C723.1.1:1] setsockopt 39 SO_NECP_ATTRIBUTES",
// "[C723.1.1 ... (satisfied, viable, interface: en0, ipv4, dns)] event: ..."
Reading ReadConnectionMessage(LogEvent& event);

}  // namespace holdfast::parse
