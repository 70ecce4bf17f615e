#include "agent/signals/mac/network_source.h"

#include <utility>

#include "agent/signals/parse/network_text.h"

namespace holdfast::signals {
namespace {

// The tool fails when there is no route: that is an answer.
std::string InterfaceIn(const ToolAnswers& answers, const char* name) {
  const std::string* text = Printed(answers, name);
  return text != nullptr ? parse::ReadRouteGet(*text).interface_name : "";
}

// Of the network under the tunnels: a tunnel that takes the default route has no neighbours.
std::string GatewayMac(const ToolAnswers& answers, const NetworkFacts& facts) {
  const std::string* routes = Printed(answers, "routes");
  const std::string* neighbours = Printed(answers, "neighbours");
  if (routes == nullptr || neighbours == nullptr) return "";
  for (const parse::RouteAnswer& route : parse::ReadDefaultRoutes(*routes)) {
    const InterfaceFacts* interface = FindInterface(facts, route.interface_name);
    if (interface == nullptr || interface->tunnel) continue;
    return parse::HardwareAddressOf(*neighbours, route);
  }
  return "";
}

}  // namespace

// Any address of the internet does: nothing is sent there. These belong to a resolver that anybody may ask.
const std::vector<Tool>& NetworkTools() {
  static const std::vector<Tool>& tools =
      *new std::vector<Tool>{{"route4", {"/sbin/route", "-n", "get", "-inet", "1.1.1.1"}},
                             {"route6", {"/sbin/route", "-n", "get", "-inet6", "2606:4700:4700::1111"}},
                             {"routes", {"/usr/sbin/netstat", "-rn", "-f", "inet"}},
                             {"neighbours", {"/usr/sbin/arp", "-an"}},
                             {"dns", {"/usr/sbin/scutil", "--dns"}}};
  return tools;
}

NetworkFacts ReadNetwork(const ToolAnswers& answers, std::vector<InterfaceFacts> interfaces) {
  NetworkFacts facts;
  facts.interfaces = std::move(interfaces);
  facts.gateway_mac = GatewayMac(answers, facts);
  facts.route_v4 = InterfaceIn(answers, "route4");
  facts.route_v6 = InterfaceIn(answers, "route6");
  const std::string* dns = Printed(answers, "dns");
  if (dns == nullptr) return facts;
  auto configuration = parse::ReadScutilDns(*dns);
  if (!configuration.ok()) return facts;
  facts.resolvers = std::move(configuration->resolvers);
  facts.search_domains = std::move(configuration->search_domains);
  return facts;
}

NetworkSource::NetworkSource(Executor& executor, const Clock& clock, RunTool run,
                             std::function<std::vector<InterfaceFacts>()> interfaces,
                             NetworkSourceOptions options)
    : executor_(executor),
      clock_(clock),
      run_(std::move(run)),
      interfaces_(std::move(interfaces)),
      options_(options),
      look_(executor) {}

void NetworkSource::Begin(Listener* listener) {
  listener_ = listener;
  executor_.Post(lifetime_.Guard([this] { Look(); }));
}

void NetworkSource::Look() {
  const MonoTime now = clock_.Now().mono;
  look_.Set(now + options_.look_every, [this] { Look(); });
  std::vector<InterfaceFacts> interfaces = interfaces_();
  if (seen_ == interfaces && now - asked_ < options_.ask_every) return;
  seen_ = std::move(interfaces);
  Ask();
}

void NetworkSource::Ask() {
  asked_ = clock_.Now().mono;
  if (std::exchange(asking_, true)) {
    ask_again_ = true;
    return;
  }
  RunTools(run_, NetworkTools(), options_.limit, lifetime_.Guard([this](const ToolAnswers& answers) {
    asking_ = false;
    // What was read while the interfaces changed may be half of each.
    if (std::exchange(ask_again_, false)) return Ask();
    NetworkFacts facts = ReadNetwork(answers, *seen_);
    if (told_ == facts) return;
    told_ = std::move(facts);
    listener_->OnNetwork(*told_);
  }));
}

}  // namespace holdfast::signals
