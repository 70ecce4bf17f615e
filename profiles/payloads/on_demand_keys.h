// The rules of On Demand, alike in every VPN dictionary.
#pragma once

#include <array>

#include "profiles/payloads/key.h"

namespace holdfast::payloads {

inline constexpr std::array kOnDemandParameter = {
    Strings("Domains").Required(),
    String("DomainAction").Required().OneOf("ConnectIfNeeded|NeverConnect"),
    Strings("RequiredDNSServers"),
    String("RequiredURLStringProbe"),
};
inline constexpr Key kOnDemandParameterItem = Dict("", kOnDemandParameter);

inline constexpr std::array kOnDemandRule = {
    String("Action").Required().OneOf("Allow|Connect|Disconnect|EvaluateConnection|Ignore"),
    Array("ActionParameters", kOnDemandParameterItem),
    Strings("DNSDomainMatch"),
    Strings("DNSServerAddressMatch"),
    String("InterfaceTypeMatch").OneOf("Ethernet|WiFi|Cellular"),
    Strings("SSIDMatch"),
    String("URLStringProbe"),
};
inline constexpr Key kOnDemandRuleItem = Dict("", kOnDemandRule);

}  // namespace holdfast::payloads
