// holdfast-server's object graph, from the data folder to the listeners.
#pragma once

#include <functional>

#include "server/app/flags.h"

namespace holdfast::server {

// Runs until `wait_for_stop` returns; gives the process's exit code. Errors go to the log.
int Serve(const ServerFlags& flags, const std::function<void()>& wait_for_stop);

}  // namespace holdfast::server
