// Starts services of a simulated Mac through its control socket, where there is no Mac.
#pragma once

#include <string>

#include "agent/helper/starter.h"

namespace holdfast::helper {

class SimStarter final : public Starter {
 public:
  // The socket of holdfastd --sim-control.
  explicit SimStarter(std::string socket) : socket_(std::move(socket)) {}
  absl::Status Start(const Uuid& service) override;

 private:
  const std::string socket_;
};

}  // namespace holdfast::helper
