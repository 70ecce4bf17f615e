#include "sim/scenario/scenario.h"

namespace holdfast::sim {

void SetUp(const Scenario& scenario, SimulatedMac& mac) {
  for (const auto& [host, gateway] : scenario.gateways) mac.SetGateway(host, gateway);
  if (!scenario.network_up) mac.NetworkDown();
  if (!scenario.console_user.empty()) mac.Login(scenario.console_user);
  mac.Install(scenario.profiles);
}

std::unique_ptr<SimulatedMac> MakeMac(const Scenario& scenario, const Clock& clock, Executor& executor) {
  auto mac = std::make_unique<SimulatedMac>(clock, executor, scenario.seed, scenario.settings);
  SetUp(scenario, *mac);
  return mac;
}

Player::Player(const Scenario& scenario, CommandInterpreter& interpreter, const Clock& clock,
               Executor& executor, Report report) {
  const MonoTime start = clock.Now().mono;
  for (const Step& step : scenario.steps) {
    executor.PostAt(start + step.at, [alive = std::weak_ptr(alive_), &interpreter, step, report] {
      if (alive.expired()) return;
      const auto answer = interpreter.Execute(step.command);
      if (report) report(step, answer);
    });
  }
}

}  // namespace holdfast::sim
