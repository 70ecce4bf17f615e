#include "agent/helper/override_dialog.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::helper {
namespace {

constexpr char kTitle[] = "Pause a required connection";
constexpr char kEverything[] = "Everything";

constexpr int kMinutes[] = {15, 30, 60, 120, 240, 480};

std::string Words(int minutes) {
  return minutes < 60 ? absl::StrCat(minutes, " minutes")
                      : absl::StrCat(minutes / 60, minutes == 60 ? " hour" : " hours");
}

class Dialog {
 public:
  Dialog(const AskDaemon& ask, const Presenter& presenter) : ask_(ask), presenter_(presenter) {}

  absl::Status Run(const std::string& service) {
    v1::RequestActionRequest action;
    action.set_verb(v1::RequestActionRequest::VERB_OVERRIDE);
    HOLDFAST_RETURN_IF_ERROR(ReadPolicy());
    if (mode_ == "none") {
      return absl::PermissionDeniedError("Your organisation does not let you pause required connections.");
    }
    action.set_service(service);
    if (service.empty()) HOLDFAST_RETURN_IF_ERROR(ChooseService(&action));
    HOLDFAST_RETURN_IF_ERROR(ChooseDuration(&action));
    HOLDFAST_ASSIGN_OR_RETURN(*action.mutable_reason(), Text("Why? This is kept and reported.", false));
    HOLDFAST_RETURN_IF_ERROR(AskCredential(&action));
    v1::ControlRequest request;
    *request.mutable_request_action() = std::move(action);
    HOLDFAST_ASSIGN_OR_RETURN(const v1::ControlResponse response, ask_(request));
    return presenter_.Notify("Paused", response.action().text());
  }

 private:
  absl::Status ReadPolicy() {
    v1::ControlRequest request;
    request.mutable_get_policy();
    HOLDFAST_ASSIGN_OR_RETURN(const v1::ControlResponse response, ask_(request));
    for (const v1::LocalPolicyKey& key : response.policy().keys()) {
      if (key.path() == "Override.Mode") mode_ = key.value();
      if (key.path() == "Override.MaxDuration") {
        absl::ParseDuration(key.value(), &longest_);  // else the daemon says what is too long
      }
    }
    return absl::OkStatus();
  }

  absl::Status ChooseService(v1::RequestActionRequest* action) {
    v1::ControlRequest request;
    request.mutable_get_status();
    HOLDFAST_ASSIGN_OR_RETURN(const v1::ControlResponse response, ask_(request));
    std::vector<std::string> names;
    for (const v1::LocalService& service : response.status().services()) {
      if (service.required() && !service.service_id().empty()) names.push_back(service.name());
    }
    if (names.empty()) return absl::FailedPreconditionError("Nothing is required on this Mac now.");
    if (names.size() > 1) names.push_back(kEverything);
    HOLDFAST_ASSIGN_OR_RETURN(const std::string chosen, Choose("Which connection?", names));
    if (chosen == kEverything) return absl::OkStatus();
    for (const v1::LocalService& service : response.status().services()) {
      if (service.name() == chosen) action->set_service(service.service_id());
    }
    return absl::OkStatus();
  }

  absl::Status ChooseDuration(v1::RequestActionRequest* action) {
    std::vector<std::string> words;
    for (const int minutes : kMinutes) {
      if (absl::Minutes(minutes) <= longest_) words.push_back(Words(minutes));
    }
    if (words.empty()) return absl::OkStatus();  // shorter than the shortest: the daemon's own default
    HOLDFAST_ASSIGN_OR_RETURN(const std::string chosen, Choose("For how long?", words));
    for (const int minutes : kMinutes) {
      if (Words(minutes) == chosen) action->set_duration_ns(absl::ToInt64Nanoseconds(absl::Minutes(minutes)));
    }
    return absl::OkStatus();
  }

  absl::Status AskCredential(v1::RequestActionRequest* action) {
    if (mode_ == "passcode") {
      HOLDFAST_ASSIGN_OR_RETURN(*action->mutable_passcode(), Text("The passcode", true));
    } else if (mode_ == "ticket") {
      HOLDFAST_ASSIGN_OR_RETURN(*action->mutable_ticket(), Text("The ticket's number", false));
    } else if (mode_ == "admin-code") {
      HOLDFAST_ASSIGN_OR_RETURN(*action->mutable_code(), Text("The code from your administrator", false));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Text(const std::string& question, bool secret) const {
    return Answered(presenter_.AskText(kTitle, question, secret));
  }
  absl::StatusOr<std::string> Choose(const std::string& question, const std::vector<std::string>& all) const {
    return all.size() == 1 ? all.front() : Answered(presenter_.AskChoice(kTitle, question, all));
  }
  static absl::StatusOr<std::string> Answered(absl::StatusOr<std::optional<std::string>> answer) {
    HOLDFAST_RETURN_IF_ERROR(answer.status());
    if (!*answer) return absl::CancelledError("cancelled");
    return **std::move(answer);
  }

  const AskDaemon& ask_;
  const Presenter& presenter_;
  std::string mode_ = "reason";
  absl::Duration longest_ = absl::Hours(1);
};

}  // namespace

absl::Status RunOverrideDialog(const AskDaemon& ask, const Presenter& presenter, const std::string& service) {
  const absl::Status end = Dialog(ask, presenter).Run(service);
  if (!end.ok() && !absl::IsCancelled(end)) {
    presenter.Notify("Not paused", std::string(end.message())).IgnoreError();
  }
  return end;
}

}  // namespace holdfast::helper
