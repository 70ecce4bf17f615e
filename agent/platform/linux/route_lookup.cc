#include "agent/platform/linux/route_lookup.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/platform/linux/netlink.h"

namespace holdfast::platform {
namespace {

constexpr size_t kMacBytes = 6;

template <class T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void AppendAttribute(std::string& bytes, uint16_t type, absl::string_view value) {
  Append(bytes, rtattr{static_cast<uint16_t>(RTA_LENGTH(value.size())), type});
  bytes.append(value.data(), value.size());
  bytes.resize(NLMSG_ALIGN(bytes.size()));
}

template <class Body>
std::string Request(uint16_t type, const Body& body) {
  std::string bytes;
  Append(bytes, nlmsghdr{0, type, NLM_F_REQUEST, 1, 0});
  Append(bytes, body);
  return bytes;
}

std::string Sized(std::string bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &size, sizeof size);
  return bytes;
}

std::string AddressBytes(const std::string& address, uint8_t* family) {
  unsigned char bytes[sizeof(in6_addr)];
  *family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(*family, address.c_str(), bytes) != 1) return "";
  return {reinterpret_cast<const char*>(bytes), *family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)};
}

}  // namespace

RouteLookup::RouteLookup()
    : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {}

RouteLookup::~RouteLookup() {
  if (fd_ >= 0) close(fd_);
}

std::string RouteLookup::Ask(absl::string_view request, uint16_t answer_type) {
  char bytes[8192];
  if (fd_ < 0 || send(fd_, request.data(), request.size(), 0) < 0) return "";
  const ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
  nlmsghdr header;
  if (got < static_cast<ssize_t>(sizeof header)) return "";
  std::memcpy(&header, bytes, sizeof header);
  if (header.nlmsg_type != answer_type || header.nlmsg_len < NLMSG_HDRLEN ||
      header.nlmsg_len > static_cast<size_t>(got)) {
    return "";
  }
  return {bytes + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN};
}

RouteLookup::Way RouteLookup::To(const std::string& address) {
  rtmsg body{};
  const std::string bytes = AddressBytes(address, &body.rtm_family);
  if (bytes.empty()) return {};
  body.rtm_dst_len = static_cast<uint8_t>(bytes.size() * 8);
  std::string request = Request(RTM_GETROUTE, body);
  AppendAttribute(request, RTA_DST, bytes);
  const std::string answer = Ask(Sized(std::move(request)), RTM_NEWROUTE);
  absl::string_view rest = answer;
  rtmsg route;
  if (!TakeFront(rest, &route)) return {};
  if (route.rtm_type != RTN_UNICAST && route.rtm_type != RTN_LOCAL) return {};
  const Attributes attributes = AttributesOf(rest);
  return {static_cast<int>(U32Of(attributes, RTA_OIF, 0)), std::string(BytesOf(attributes, RTA_GATEWAY))};
}

std::string RouteLookup::LinkAddressOf(const Way& way) {
  if (way.gateway.empty()) return "";
  ndmsg body{};
  body.ndm_family = way.gateway.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  body.ndm_ifindex = way.interface;
  std::string request = Request(RTM_GETNEIGH, body);
  AppendAttribute(request, NDA_DST, way.gateway);
  const std::string answer = Ask(Sized(std::move(request)), RTM_NEWNEIGH);
  absl::string_view rest = answer;
  ndmsg neighbour;
  if (!TakeFront(rest, &neighbour)) return "";
  const Attributes attributes = AttributesOf(rest);
  const absl::string_view mac = BytesOf(attributes, NDA_LLADDR);
  if (mac.size() != kMacBytes) return "";
  return absl::StrJoin(mac, ":", [](std::string* out, char byte) {
    absl::StrAppendFormat(out, "%02x", static_cast<unsigned char>(byte));
  });
}

}  // namespace holdfast::platform
