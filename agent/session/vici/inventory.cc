#include "agent/session/vici/inventory.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text/width.h"

namespace holdfast::vici {
namespace {

bool Contains(const std::vector<std::string>& list, absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool StartsByTraffic(const Section& child) {
  const auto is_trap = [&child](absl::string_view key) {
    const absl::string_view action = child.Value(key);
    return action == "trap" || action == "hold";
  };
  return is_trap("dpd_action") || is_trap("close_action");
}

ViciService ServiceOf(const NamedSection& connection, const NamedSection& child) {
  ViciService service{connection.name, child.name, {}};
  const std::string name = absl::StrCat(connection.name, "/", child.name);
  service.facts.id = Uuid::FromName(absl::StrCat("vici:", name));
  service.facts.name = text::Printable(name);
  service.facts.type =
      connection.section.Value("version") == "IKEv1" ? ServiceType::kIpsec : ServiceType::kIkev2;
  service.facts.remote_address = text::Printable(absl::StrJoin(connection.section.List("remote_addrs"), ","));
  service.facts.on_demand = StartsByTraffic(child.section);
  const std::vector<std::string>& remote = child.section.List("remote-ts");
  service.facts.full_tunnel = Contains(remote, "0.0.0.0/0") || Contains(remote, "::/0");
  return service;
}

}  // namespace

std::vector<ViciService> ServicesOf(const std::vector<Section>& list_conn_events) {
  std::vector<ViciService> services;
  for (const Section& event : list_conn_events) {
    for (const NamedSection& connection : event.sections) {
      const Section* children = connection.section.Find("children");
      if (children == nullptr) continue;
      for (const NamedSection& child : children->sections) services.push_back(ServiceOf(connection, child));
    }
  }
  std::sort(services.begin(), services.end(),
            [](const ViciService& a, const ViciService& b) { return a.facts.id < b.facts.id; });
  return services;
}

std::vector<SecurityAssociation> AssociationsOf(const Section& event) {
  std::vector<SecurityAssociation> out;
  for (const NamedSection& ike : event.sections) {
    const Section* children = ike.section.Find("child-sas");
    if (children == nullptr) continue;
    for (const NamedSection& child : children->sections) {
      const absl::string_view state = child.section.Value("state");
      // A CHILD_SA that is being replaced or about to be deleted still carries traffic.
      const bool installed =
          state == "INSTALLED" || state == "UPDATING" || state == "REKEYING" || state == "REKEYED";
      const bool stands =
          ike.section.Value("state") == "ESTABLISHED" || ike.section.Value("state") == "REKEYING";
      out.push_back({ike.name, std::string(child.section.Value("name")),
                     std::string(ike.section.Value("uniqueid")), std::string(child.section.Value("uniqueid")),
                     installed && stands});
    }
  }
  return out;
}

uint64_t BytesIn(const std::vector<Section>& list_sa_events, absl::string_view child) {
  uint64_t sum = 0;
  for (const Section& event : list_sa_events) {
    for (const NamedSection& ike : event.sections) {
      const Section* children = ike.section.Find("child-sas");
      if (children == nullptr) continue;
      for (const NamedSection& sa : children->sections) {
        uint64_t bytes = 0;
        if (sa.section.Value("name") == child && absl::SimpleAtoi(sa.section.Value("bytes-in"), &bytes)) {
          sum += bytes;
        }
      }
    }
  }
  return sum;
}

std::vector<std::string> IkeIdsOf(const Section& event) {
  std::vector<std::string> ids;
  for (const NamedSection& ike : event.sections) {
    const absl::string_view id = ike.section.Value("uniqueid");
    if (!id.empty()) ids.emplace_back(id);
  }
  return ids;
}

}  // namespace holdfast::vici
