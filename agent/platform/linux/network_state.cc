#include "agent/platform/linux/network_state.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/sha256.h"

namespace holdfast::platform {
namespace {

constexpr size_t kNetworkIdLength = 16;

// Reads a kernel structure from the front; false when the bytes are too few.
template <class T>
bool TakeFront(absl::string_view& bytes, T* out) {
  if (bytes.size() < sizeof(T)) return false;
  std::memcpy(out, bytes.data(), sizeof(T));
  bytes.remove_prefix(std::min(bytes.size(), static_cast<size_t>(NLMSG_ALIGN(sizeof(T)))));
  return true;
}

std::map<uint16_t, absl::string_view> Attributes(absl::string_view bytes) {
  std::map<uint16_t, absl::string_view> out;
  while (bytes.size() >= sizeof(rtattr)) {
    rtattr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.rta_len < RTA_LENGTH(0) || header.rta_len > bytes.size()) break;
    out[header.rta_type & NLA_TYPE_MASK] = bytes.substr(RTA_LENGTH(0), header.rta_len - RTA_LENGTH(0));
    bytes.remove_prefix(std::min(bytes.size(), static_cast<size_t>(RTA_ALIGN(header.rta_len))));
  }
  return out;
}

uint32_t U32Of(const std::map<uint16_t, absl::string_view>& attributes, uint16_t type, uint32_t otherwise) {
  const auto it = attributes.find(type);
  uint32_t value = otherwise;
  if (it != attributes.end() && it->second.size() >= sizeof value)
    std::memcpy(&value, it->second.data(), sizeof value);
  return value;
}

absl::string_view BytesOf(const std::map<uint16_t, absl::string_view>& attributes, uint16_t type) {
  const auto it = attributes.find(type);
  return it == attributes.end() ? absl::string_view() : it->second;
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
  const absl::string_view name = BytesOf(Attributes(payload), IFLA_IFNAME);
  const bool running = (info.ifi_flags & IFF_UP) != 0 && (info.ifi_flags & IFF_RUNNING) != 0;
  const bool tunnel = info.ifi_type == ARPHRD_NONE || info.ifi_type == ARPHRD_TUNNEL ||
                      info.ifi_type == ARPHRD_TUNNEL6 || info.ifi_type == ARPHRD_LOOPBACK;
  links_[info.ifi_index] = {std::string(name.substr(0, name.find('\0'))), running, tunnel};
}

void NetworkState::TakeAddress(absl::string_view payload, bool removed) {
  ifaddrmsg info;
  if (!TakeFront(payload, &info)) return;
  if (info.ifa_scope != RT_SCOPE_UNIVERSE) return;
  const std::string address(BytesOf(Attributes(payload), IFA_ADDRESS));
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
  const auto attributes = Attributes(payload);
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
    if (link == links_.end() || !link->second.running || link->second.tunnel) continue;
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

}  // namespace holdfast::platform
