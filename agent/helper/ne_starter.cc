#include "agent/helper/ne_starter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::helper {

absl::StatusOr<std::unique_ptr<NeStarter>> NeStarter::Make(const ne::FindSymbol& find) {
  HOLDFAST_ASSIGN_OR_RETURN(auto client, ne::Client::Make(std::make_shared<ne::Symbols>(find)));
  if (!client->symbols().Has("ne_session_start")) {
    return absl::UnavailableError("this OS build has no symbol to start a session with");
  }
  return std::unique_ptr<NeStarter>(new NeStarter(std::move(client)));
}

absl::Status NeStarter::Start(const Uuid& service) {
  std::unique_ptr<ne::NeSession>& session = sessions_[service];
  if (session == nullptr) {
    session = ne::NeSession::Create(client_, service, ne::SessionType::kVpn, [](ne::Event) {});
  }
  if (session == nullptr) {
    return absl::UnavailableError(absl::StrCat("the library refused a session for ", service.ToString()));
  }
  if (session->Start()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the library did not take a start of ", service.ToString()));
}

}  // namespace holdfast::helper
