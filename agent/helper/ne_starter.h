// Starts services through the session manager's private library.
#pragma once

#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "agent/helper/starter.h"
#include "agent/session/darwin/client.h"
#include "agent/session/darwin/ne_session.h"

namespace holdfast::helper {

class NeStarter final : public Starter {
 public:
  // UNAVAILABLE, naming them, when symbols are missing.
  static absl::StatusOr<std::unique_ptr<NeStarter>> Make(const ne::FindSymbol& find);
  absl::Status Start(const Uuid& service) override;

 private:
  explicit NeStarter(std::shared_ptr<ne::Client> client) : client_(std::move(client)) {}

  std::shared_ptr<ne::Client> client_;
  // Kept: a session that is let go of may take its start with it.
  std::map<Uuid, std::unique_ptr<ne::NeSession>> sessions_;
};

}  // namespace holdfast::helper
