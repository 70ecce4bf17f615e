// Asks for a secret.
#pragma once

#include <string>

namespace holdfast::text {

// One line of standard input without its end. From a terminal it is asked for and does not appear while it is
// typed. Not thread-safe.
std::string ReadSecret(const std::string& prompt);

}  // namespace holdfast::text
