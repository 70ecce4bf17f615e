// The messages about authorities and policy keys.
#include "server/rpc/admin_codec.h"
#include "server/rpc/timestamps.h"

namespace holdfast::server {

absl::StatusOr<KeyKind> FromProto(const v1::RotateKeyRequest& m) {
  switch (m.kind()) {
    case v1::KEY_KIND_AUTHORITY:
      return KeyKind::kAuthority;
    case v1::KEY_KIND_POLICY:
      return KeyKind::kPolicy;
    default:
      return absl::InvalidArgumentError("making the next key: `kind` is authority or policy");
  }
}

KeyStepRequest FromProto(const v1::ActivateKeyRequest& m) {
  return {m.key_id(), m.force(), m.reason()};
}

KeyStepRequest FromProto(const v1::RetireKeyRequest& m) {
  return {m.key_id(), m.force(), m.reason()};
}

v1::KeyInfo ToProto(const KeyInfo& m) {
  v1::KeyInfo out;
  out.set_key_id(m.key.id);
  out.set_kind(static_cast<v1::KeyKind>(static_cast<int>(m.key.kind)));
  out.set_state(static_cast<v1::KeyState>(static_cast<int>(m.key.state)));
  SetTime(m.key.created, out.mutable_created());
  if (m.key.activated) SetTime(*m.key.activated, out.mutable_activated());
  if (m.key.retired) SetTime(*m.key.retired, out.mutable_retired());
  out.set_public_key(m.public_hex);
  out.set_devices(m.devices);
  out.set_trusted_by(m.trusted_by);
  out.set_certificates(m.certificates);
  out.set_bundles(m.bundles);
  out.set_code_keys(m.code_keys);
  out.set_tokens(m.tokens);
  out.set_orders(m.orders);
  for (const std::string& sentence : m.waiting_for) out.add_waiting_for(sentence);
  return out;
}

}  // namespace holdfast::server
