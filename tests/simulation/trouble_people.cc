// People: at the console, with holdfastctl, and at the server.
#include "absl/strings/str_cat.h"
#include "tests/simulation/policies.h"
#include "tests/simulation/trouble.h"

namespace holdfast::simulation {

void Trouble::Disconnect(Inhabitant& who) {
  who.device->mac().UserDisconnect(who.device->service(AnyVpn()));
}

void Trouble::Connect(Inhabitant& who) {
  who.device->mac().UserConnect(who.device->service(AnyVpn()));
}

// A client that switches its tunnel by itself, over and over.
void Trouble::Toggle(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  const uint64_t times = 2 + random_.Below(20);
  for (uint64_t i = 0; i < times; ++i) {
    Mend(who, absl::Seconds(40) * static_cast<double>(i + 1), [&device, stop = i % 2 == 0] {
      const Uuid& service = device.service(Vpn::kVendor);
      stop ? device.mac().UserDisconnect(service) : device.mac().UserConnect(service);
    });
  }
}

void Trouble::Logout(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().Logout();
  Mend(who, absl::Minutes(5), [&device] { device.mac().Login("anna"); });
}

void Trouble::SwitchUser(Inhabitant& who) {
  SimulatedDevice& device = *who.device;
  device.mac().Login("ben");
  Mend(who, absl::Minutes(30), [&device] { device.mac().Login("anna"); });
}

void Trouble::Ask(Inhabitant& who) {
  if (!who.device->running()) return;
  UserRequest request;
  request.verb = static_cast<UserRequest::Verb>(1 + random_.Below(4));
  request.uid = random_.Below(5) == 0 ? 502 : 501;
  request.user = request.uid == 501 ? "anna" : "ben";
  request.reason = random_.Below(4) == 0 ? "short" : "the printer in the basement";
  request.duration = absl::Minutes(1 + static_cast<double>(random_.Below(90)));
  if (request.verb == UserRequest::Verb::kOverride && random_.Below(4) != 0) {
    request.credential = {.kind = Credential::Kind::kPasscode, .text = kPasscode};
  }
  const bool every = request.verb >= UserRequest::Verb::kOverride && random_.Below(3) == 0;
  who.device->Request(request, every ? "" : kVpnNames[static_cast<size_t>(AnyVpn())]);
}

// Somebody who does not know it tries again and again, and ends the agent or takes the power in between.
void Trouble::Guess(Inhabitant& who) {
  const uint64_t times = 3 + random_.Below(10);
  const auto moment = [](uint64_t i) { return absl::Seconds(30) * static_cast<double>(i + 1); };
  for (uint64_t i = 0; i < times; ++i) {
    Mend(who, moment(i), [&device = *who.device, code = random_.Below(4) == 0] {
      if (!device.running() || device.asleep()) return;
      UserRequest request;
      request.verb = UserRequest::Verb::kOverride;
      request.uid = 501;
      request.user = "anna";
      request.reason = "let me in";
      request.credential = {.kind = code ? Credential::Kind::kCode : Credential::Kind::kPasscode,
                            .text = code ? "0000-0000-0000-0000-0000" : "password"};
      device.Request(request, "");
    });
  }
  const uint64_t then = random_.Below(4);
  if (then == 0) Mend(who, moment(times / 2), [this, &who] { KillAgent(who); });
  if (then == 1) Mend(who, moment(times / 2), [this, &who] { LosePower(who); });
}

void Trouble::ChangePolicy(Inhabitant& who) {
  if (server_.up() && policies_change_) server_.PutPolicy(SomePolicy(++policy_version_, random_));
}

// An administrator suspends enforcement, holds it back or ends that again.
void Trouble::Order(Inhabitant& who) {
  if (!server_.up()) return;
  if (!orders_.empty() && random_.Below(3) == 0) {
    server_.Withdraw(orders_[random_.Below(orders_.size())]);
    return;
  }
  server::IssueOrderRequest order;
  order.kind = random_.Below(2) == 0 ? holdfast::Order::Kind::kEmergency : holdfast::Order::Kind::kHold;
  order.device = who.device->name();
  order.reason = "the gateway is replaced";
  order.length = absl::Minutes(1 + static_cast<double>(random_.Below(60)));
  order.disconnect = random_.Below(2) == 0;
  if (const auto number = server_.IssueOrder(order)) orders_.push_back(*number);
}

void Trouble::WithdrawOrders() {
  for (const uint64_t number : orders_) server_.Withdraw(number);
  orders_.clear();
}

}  // namespace holdfast::simulation
