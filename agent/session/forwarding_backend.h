// A back end over another one that passes everything through: for what changes a part of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/session/session.h"

namespace holdfast::session {

class ForwardingBackend : public Backend {
 public:
  // Must outlive it.
  explicit ForwardingBackend(Backend& backend) : backend_(backend) {}

  absl::Status Begin(Listener* listener) override { return backend_.Begin(listener); }
  absl::Status StartSession(const Uuid& service, std::optional<uint32_t> as_uid) override {
    return backend_.StartSession(service, as_uid);
  }
  absl::Status StopSession(const Uuid& service) override { return backend_.StopSession(service); }
  void CountInbound(const Uuid& service, std::function<void(absl::StatusOr<uint64_t>)> done) override {
    backend_.CountInbound(service, std::move(done));
  }
  std::vector<Capability> Capabilities() const override { return backend_.Capabilities(); }
  std::string Name() const override { return backend_.Name(); }

 private:
  Backend& backend_;
};

}  // namespace holdfast::session
