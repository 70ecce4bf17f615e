#include "agent/daemon/credentials.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/uplink/code_key.h"
#include "base/canonical.h"
#include "base/crypto/passcode.h"
#include "core/orders/code.h"

namespace holdfast::agent {
namespace {

constexpr char kSpentFile[] = "spent-codes";
constexpr absl::string_view kSpentMagic = "HFS1";
// A code is good for a day: nobody is read out so many.
constexpr size_t kMostSpent = 1000;

std::vector<std::string> SpentCodes(const platform::StateFiles& files) {
  const absl::StatusOr<std::optional<std::string>> bytes = files.Read(kSpentFile);
  if (!bytes.ok() || !*bytes) return {};
  CanonicalReader in(**bytes);
  if (in.Raw(kSpentMagic.size()) != kSpentMagic) return {};
  std::vector<std::string> spent;
  const uint32_t count = in.U32();
  for (uint32_t i = 0; i < count && i < kMostSpent; ++i) spent.emplace_back(in.Bytes());
  return spent;
}

}  // namespace

void VerifyPasscode(const std::string& hash, Credential& credential) {
  const std::string typed = std::exchange(credential.text, "");
  const absl::Status verified = hash.empty() ? absl::FailedPreconditionError("The policy has no passcode.")
                                             : crypto::VerifyPasscode(hash, typed);
  credential.good = verified.ok();
  credential.problem = std::string(verified.message());
}

void VerifyCode(const platform::StateFiles& files, const Uuid& device, WallTime now, Credential& credential) {
  const std::string typed = std::exchange(credential.text, "");
  const absl::StatusOr<OverrideCode> code =
      DecodeOverrideCode(typed, device, uplink::LoadCodeKey(files, device).key, now);
  credential.good = code.ok();
  if (!code.ok()) {
    credential.problem = std::string(code.status().message());
    return;
  }
  credential.id = code->Id();
  credential.length = code->length;
  const std::vector<std::string> spent = SpentCodes(files);
  if (std::find(spent.begin(), spent.end(), credential.id) == spent.end()) return;
  credential.good = false;
  credential.problem =
      absl::StrCat("The code ", credential.id, " was used before. Ask your help desk for a new one.");
}

void RememberSpentCode(platform::StateFiles& files, const std::string& code_id) {
  std::vector<std::string> spent = SpentCodes(files);
  spent.push_back(code_id);
  const size_t first = spent.size() > kMostSpent ? spent.size() - kMostSpent : 0;
  CanonicalWriter out;
  out.Raw(kSpentMagic).U32(static_cast<uint32_t>(spent.size() - first));
  for (size_t i = first; i < spent.size(); ++i) out.Bytes(spent[i]);
  // The row is what counts; when neither can be written, the override ends at once.
  files.Write(kSpentFile, out.Take()).IgnoreError();
}

}  // namespace holdfast::agent
