#include "profiles/lint/rules/vpn_view.h"

#include "profiles/mobileconfig/payloads.h"

namespace holdfast::lint {

std::optional<VpnView> AsVpn(const PayloadView& payload) {
  if (payload.type() != profiles::kVpnPayload) return std::nullopt;
  const profiles::VpnKind* kind = profiles::FindVpnKind(payload.Text("VPNType"));
  if (kind == nullptr) return std::nullopt;
  const profiles::VpnDictionary dict = DictionaryOf(*kind, payload.value());
  if (dict.value == nullptr) return std::nullopt;
  return VpnView{kind, dict};
}

}  // namespace holdfast::lint
