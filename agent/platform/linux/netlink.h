// Reading netlink's structures: a header, then attributes. Pure.
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>

#include "absl/strings/string_view.h"

namespace holdfast::platform {

using Attributes = std::map<uint16_t, absl::string_view>;

// Reads a kernel structure from the front; false when the bytes are too few.
template <class T>
bool TakeFront(absl::string_view& bytes, T* out) {
  if (bytes.size() < sizeof(T)) return false;
  std::memcpy(out, bytes.data(), sizeof(T));
  bytes.remove_prefix(std::min(bytes.size(), static_cast<size_t>(NLMSG_ALIGN(sizeof(T)))));
  return true;
}

inline Attributes AttributesOf(absl::string_view bytes) {
  Attributes out;
  while (bytes.size() >= sizeof(rtattr)) {
    rtattr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.rta_len < RTA_LENGTH(0) || header.rta_len > bytes.size()) break;
    out[header.rta_type & NLA_TYPE_MASK] = bytes.substr(RTA_LENGTH(0), header.rta_len - RTA_LENGTH(0));
    bytes.remove_prefix(std::min(bytes.size(), static_cast<size_t>(RTA_ALIGN(header.rta_len))));
  }
  return out;
}

inline uint32_t U32Of(const Attributes& attributes, uint16_t type, uint32_t otherwise) {
  const auto it = attributes.find(type);
  uint32_t value = otherwise;
  if (it != attributes.end() && it->second.size() >= sizeof value) {
    std::memcpy(&value, it->second.data(), sizeof value);
  }
  return value;
}

inline absl::string_view BytesOf(const Attributes& attributes, uint16_t type) {
  const auto it = attributes.find(type);
  return it == attributes.end() ? absl::string_view() : it->second;
}

}  // namespace holdfast::platform
