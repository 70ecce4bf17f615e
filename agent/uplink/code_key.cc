#include "agent/uplink/code_key.h"

#include "base/canonical.h"

namespace holdfast::uplink {
namespace {

constexpr char kFile[] = "override-key";
constexpr absl::string_view kMagic = "HFC1";

}  // namespace

CodeKey LoadCodeKey(const platform::StateFiles& files, const Uuid& device) {
  const absl::StatusOr<std::optional<std::string>> bytes = files.Read(kFile);
  if (!bytes.ok() || !*bytes) return {};
  CanonicalReader in(**bytes);
  if (in.Raw(kMagic.size()) != kMagic) return {};
  if (in.Bytes() != device.ToString()) return {};
  CodeKey key;
  key.key = std::string(in.Bytes());
  key.id = std::string(in.Bytes());
  return in.Done().ok() ? key : CodeKey{};
}

absl::Status SaveCodeKey(platform::StateFiles& files, const Uuid& device, const CodeKey& key) {
  CanonicalWriter out;
  out.Raw(kMagic).Bytes(device.ToString()).Bytes(key.key).Bytes(key.id);
  return files.Write(kFile, out.Take());
}

}  // namespace holdfast::uplink
