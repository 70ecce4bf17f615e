#include "agent/platform/linux/network_state.h"

#include <linux/if.h>
#include <linux/if_arp.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/platform/linux/netlink.h"
#include "base/sha256.h"

namespace holdfast::platform {
namespace {

constexpr size_t kNetworkIdLength = 16;

bool IsTunnel(uint16_t type) {
  return type == ARPHRD_NONE || type == ARPHRD_PPP || type == ARPHRD_TUNNEL || type == ARPHRD_TUNNEL6 ||
         type == ARPHRD_SIT || type == ARPHRD_IPGRE || type == ARPHRD_IP6GRE;
}

}  // namespace

absl::Status NetworkState::Take(absl::string_view datagram, bool* dump_done) {
  *dump_done = false;
  while (!datagram.empty()) {
    nlmsghdr header;
    if (datagram.size() < sizeof header) return absl::DataLossError("netlink: a message is cut off");
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > datagram.size()) {
      return absl::DataLossError(
          absl::StrCat("netlink: a message of ", header.nlmsg_len, " bytes in ", datagram.size()));
    }
    const absl::string_view payload = datagram.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
    datagram.remove_prefix(std::min(datagram.size(), static_cast<size_t>(NLMSG_ALIGN(header.nlmsg_len))));
    if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0)
      return absl::UnavailableError("netlink: a dump was interrupted");
    switch (header.nlmsg_type) {
      case NLMSG_DONE:
      case NLMSG_ERROR:
        *dump_done = true;
        break;
      case RTM_NEWLINK:
      case RTM_DELLINK:
        TakeLink(payload, header.nlmsg_type == RTM_DELLINK);
        break;
      case RTM_NEWADDR:
      case RTM_DELADDR:
        TakeAddress(payload, header.nlmsg_type == RTM_DELADDR);
        break;
      case RTM_NEWROUTE:
      case RTM_DELROUTE:
        TakeRoute(payload, header.nlmsg_type == RTM_DELROUTE);
        break;
      default:
        break;
    }
  }
  return absl::OkStatus();
}

void NetworkState::Clear() {
  links_.clear();
  addresses_.clear();
  default_routes_.clear();
}

void NetworkState::TakeLink(absl::string_view payload, bool removed) {
  ifinfomsg info;
  if (!TakeFront(payload, &info)) return;
  if (removed) {
    links_.erase(info.ifi_index);
    addresses_.erase(info.ifi_index);
    return;
  }
  const absl::string_view name = BytesOf(AttributesOf(payload), IFLA_IFNAME);
  const bool running = (info.ifi_flags & IFF_UP) != 0 && (info.ifi_flags & IFF_RUNNING) != 0;
  links_[info.ifi_index] = {std::string(name.substr(0, name.find('\0'))), running, IsTunnel(info.ifi_type),
                            info.ifi_type == ARPHRD_LOOPBACK};
}

void NetworkState::TakeAddress(absl::string_view payload, bool removed) {
  ifaddrmsg info;
  if (!TakeFront(payload, &info)) return;
  if (info.ifa_scope != RT_SCOPE_UNIVERSE) return;
  const std::string address(BytesOf(AttributesOf(payload), IFA_ADDRESS));
  std::set<std::string>& of_link = addresses_[static_cast<int>(info.ifa_index)];
  if (removed) {
    of_link.erase(address);
  } else {
    of_link.insert(address);
  }
}

void NetworkState::TakeRoute(absl::string_view payload, bool removed) {
  rtmsg info;
  if (!TakeFront(payload, &info)) return;
  const Attributes attributes = AttributesOf(payload);
  const bool main_table = U32Of(attributes, RTA_TABLE, info.rtm_table) == RT_TABLE_MAIN;
  if (!main_table || info.rtm_dst_len != 0 || info.rtm_type != RTN_UNICAST) return;
  const Route route{U32Of(attributes, RTA_PRIORITY, 0), static_cast<int>(U32Of(attributes, RTA_OIF, 0)),
                    std::string(BytesOf(attributes, RTA_GATEWAY))};
  if (removed) {
    default_routes_.erase(route);
  } else {
    default_routes_.insert(route);
  }
}

PathFacts NetworkState::Path() const {
  PathFacts path;
  for (const Route& route : default_routes_) {
    const auto link = links_.find(route.interface);
    const auto addresses = addresses_.find(route.interface);
    if (link == links_.end() || !link->second.running) continue;
    if (link->second.tunnel || link->second.loopback) continue;
    if (addresses == addresses_.end() || addresses->second.empty()) continue;
    path.satisfied = true;
    path.interface_name = link->second.name;
    // A name for this network that gives nothing about it away.
    std::string network = absl::StrCat(link->second.name, "|", route.gateway);
    for (const std::string& address : addresses->second) absl::StrAppend(&network, "|", address);
    path.network_id = ToHex(Sha256(network)).substr(0, kNetworkIdLength);
    return path;
  }
  return path;
}

std::vector<InterfaceFacts> NetworkState::Interfaces() const {
  std::vector<InterfaceFacts> interfaces;
  for (const auto& [index, link] : links_) {
    if (link.loopback) continue;
    const auto addresses = addresses_.find(index);
    const bool addressed = addresses != addresses_.end() && !addresses->second.empty();
    interfaces.push_back({link.name, link.running && addressed, link.tunnel});
  }
  std::sort(interfaces.begin(), interfaces.end(),
            [](const InterfaceFacts& a, const InterfaceFacts& b) { return a.name < b.name; });
  return interfaces;
}

std::string NetworkState::NameOf(int interface) const {
  const auto found = links_.find(interface);
  return found == links_.end() ? "" : found->second.name;
}

}  // namespace holdfast::platform
