#include "agent/signals/mac/network_source.h"

#include <utility>

#include "agent/signals/parse/network_text.h"

namespace holdfast::signals {
namespace {

// The tool fails when there is no route: that is an answer.
std::string InterfaceIn(const ToolAnswers& answers, const char* name) {
  const auto found = answers.find(name);
  if (found == answers.end() || !found->second.ok()) return "";
  return parse::ReadRouteGet(*found->second).interface_name;
}

}  // namespace

// Any address of the internet does: nothing is sent there. These belong to a resolver that anybody may ask.
const std::vector<Tool>& NetworkTools() {
  static const std::vector<Tool>& tools =
      *new std::vector<Tool>{{"route4", {"/sbin/route", "-n", "get", "-inet", "1.1.1.1"}},
                             {"route6", {"/sbin/route", "-n", "get", "-inet6", "2606:4700:4700::1111"}},
                             {"dns", {"/usr/sbin/scutil", "--dns"}}};
  return tools;
}

NetworkFacts ReadNetwork(const ToolAnswers& answers, std::vector<InterfaceFacts> interfaces) {
  NetworkFacts facts;
  facts.interfaces = std::move(interfaces);
  facts.route_v4 = InterfaceIn(answers, "route4");
  facts.route_v6 = InterfaceIn(answers, "route6");
  const auto dns = answers.find("dns");
  if (dns == answers.end() || !dns->second.ok()) return facts;
  auto configuration = parse::ReadScutilDns(*dns->second);
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
