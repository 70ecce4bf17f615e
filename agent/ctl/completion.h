// Completion scripts, written from the command line's own description, so that they cannot fall behind it.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace holdfast::ctl {

std::string BashCompletion(const CLI::App& app);
std::string ZshCompletion(const CLI::App& app);

}  // namespace holdfast::ctl
