// What sysextd and the apps that ask it say about system extensions, and what stops an app from saving its
// configuration. Wording: published logs; none of it was checked on a Mac.
#pragma once

#include "agent/signals/parse/log_event.h"
#include "agent/signals/parse/session_text.h"

namespace holdfast::parse {

// A line of sysextd.
Reading ReadExtensionMessage(LogEvent& event);
// Any program's line with an error of OSSystemExtensionErrorDomain.
Reading ReadExtensionError(LogEvent& event);
// A save of a Network Extension configuration that was denied, told by nehelper or by the app itself.
Reading ReadSaveDenied(LogEvent& event);

}  // namespace holdfast::parse
