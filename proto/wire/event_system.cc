// What the system around the sessions told, as messages.
#include "proto/wire/event_messages.h"
#include "proto/wire/scalars.h"

namespace holdfast::wire {
namespace {

void ToProto(const ExtensionHealth& e, pb::SystemChanged::Extension* m) {
  m->set_bundle_id(e.bundle_id);
  if (e.running) m->set_running(*e.running);
  if (e.removable) m->set_removable(*e.removable);
  m->set_error(e.error);
  m->set_error_text(e.error_text);
}
ExtensionHealth ExtensionOf(const pb::SystemChanged::Extension& m) {
  ExtensionHealth e{m.bundle_id(), std::nullopt, std::nullopt, m.error(), m.error_text()};
  if (m.has_running()) e.running = m.running();
  if (m.has_removable()) e.removable = m.removable();
  return e;
}
void ToProto(const DnsProxyFacts& e, pb::SystemChanged::DnsProxy* m) {
  m->set_bundle_id(e.bundle_id);
  m->set_name(e.name);
  m->set_profile_identifier(e.profile_identifier);
  m->set_enabled(e.enabled);
}
void ToProto(const PostureFacts& e, pb::SystemChanged::Posture* m) {
  m->set_service(ToBytes(e.service.bytes));
  if (e.include_all_networks) m->set_include_all_networks(*e.include_all_networks);
  if (e.enforce_routes) m->set_enforce_routes(*e.enforce_routes);
}
bool FromProto(const pb::SystemChanged::Posture& m, PostureFacts* e) {
  if (m.has_include_all_networks()) e->include_all_networks = m.include_all_networks();
  if (m.has_enforce_routes()) e->enforce_routes = m.enforce_routes();
  return FromBytes(m.service(), &e->service.bytes);
}

}  // namespace

void ToProto(const SystemFacts& e, pb::SystemChanged* m) {
  for (const ConfigurationFacts& one : e.configurations) {
    auto* to = m->add_configurations();
    to->set_identifier(one.identifier);
    to->set_provenance(static_cast<uint32_t>(one.provenance));
    to->set_managed(one.managed);
  }
  for (const std::string& source : e.unread) m->add_unread(source);
  for (const ExtensionHealth& extension : e.extensions) ToProto(extension, m->add_extensions());
  for (const DnsProxyFacts& proxy : e.dns_proxies) ToProto(proxy, m->add_dns_proxies());
  for (const PostureFacts& posture : e.postures) ToProto(posture, m->add_postures());
  for (const std::string& volume : e.xsan_volumes) m->add_xsan_volumes(volume);
  if (!e.effective_order) return;
  auto* order = m->mutable_effective_order();
  for (const std::string& bundle : *e.effective_order) order->add_bundle_ids(bundle);
}
bool FromProto(const pb::SystemChanged& m, SystemFacts* e) {
  for (const auto& one : m.configurations()) {
    e->configurations.push_back({one.identifier(), EnumOf<Provenance>(one.provenance()), one.managed()});
  }
  e->unread.assign(m.unread().begin(), m.unread().end());
  for (const auto& extension : m.extensions()) e->extensions.push_back(ExtensionOf(extension));
  for (const auto& proxy : m.dns_proxies()) {
    e->dns_proxies.push_back({proxy.bundle_id(), proxy.name(), proxy.profile_identifier(), proxy.enabled()});
  }
  for (const auto& posture : m.postures()) {
    if (!FromProto(posture, &e->postures.emplace_back())) return false;
  }
  e->xsan_volumes.assign(m.xsan_volumes().begin(), m.xsan_volumes().end());
  if (m.has_effective_order()) {
    const auto& order = m.effective_order().bundle_ids();
    e->effective_order.emplace(order.begin(), order.end());
  }
  return true;
}

void ToProto(const ServerContact& e, pb::ServerContactChanged* m) {
  m->set_server(e.server);
  m->set_reachable(e.reachable);
  m->set_error(e.error);
}
bool FromProto(const pb::ServerContactChanged& m, ServerContact* e) {
  *e = {m.server(), m.reachable(), m.error()};
  return true;
}

void ToProto(const LogFinding& e, pb::LogSpoke* m) {
  m->set_what(static_cast<uint32_t>(e.what));
  m->set_subject(e.subject);
  m->set_text(e.text);
}
bool FromProto(const pb::LogSpoke& m, LogFinding* e) {
  *e = {EnumOf<LogFinding::What>(m.what()), m.subject(), m.text()};
  return true;
}

void ToProto(const SelfCheck& e, pb::SelfChecked* m) {
  m->set_of(e.of);
  for (const SelfCheck::Part& part : e.parts) {
    auto* to = m->add_parts();
    to->set_name(part.name);
    to->set_ok(part.ok);
    to->set_detail(part.detail);
  }
}
bool FromProto(const pb::SelfChecked& m, SelfCheck* e) {
  e->of = m.of();
  for (const auto& part : m.parts()) e->parts.push_back({part.name(), part.ok(), part.detail()});
  return true;
}

}  // namespace holdfast::wire
