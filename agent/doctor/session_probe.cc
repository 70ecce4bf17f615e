#include "agent/doctor/session_probe.h"

#include <atomic>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/session/darwin/client.h"
#include "agent/session/darwin/ne_session.h"

namespace holdfast::doctor {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kSymbols[] = "session symbols";
constexpr char kCalls[] = "session calls";

class Probe {
 public:
  Probe(const Target& target, const std::function<void(const Finding&)>& tell)
      : target_(target), tell_(tell), symbols_(std::make_shared<ne::Symbols>(target.find)) {}

  void Run() {
    Symbols();
    Capabilities();
    auto client = ne::Client::Make(symbols_);
    if (!client.ok()) {
      Tell(kCalls, "client", State::kFailed, std::string(client.status().message()),
           "Nothing can be enforced through the session interface on this system; Holdfast only reports.");
      return;
    }
    client_ = *std::move(client);
    Manager();
    Session();
  }

 private:
  void Tell(const char* group, std::string name, State state, std::string detail, std::string remedy = "") {
    tell_({group, std::move(name), state, std::move(detail), std::move(remedy)});
  }

  // One line for what is called and missing; the rest is counted.
  void Symbols() {
    const std::vector<std::string> missing = symbols_->Missing();
    std::set<std::string> gone(missing.begin(), missing.end());
    size_t old_ones = 0, old_present = 0;
    for (const ne::KnownSymbol& known : ne::KnownSymbols()) {
      old_ones += known.in_10_13;
      old_present += known.in_10_13 && symbols_->Has(known.name);
      if (!gone.erase(std::string(known.name))) continue;
      Tell(kSymbols, std::string(known.name), symbols_->Usable() ? State::kDegraded : State::kFailed,
           absl::StrCat("missing; used for ", known.used_for), std::string(known.note));
    }
    for (const std::string& name : gone) {
      Tell(kSymbols, name, symbols_->Usable() ? State::kDegraded : State::kFailed,
           "missing; part of libSystem", "This is no macOS that Holdfast knows.");
    }
    if (missing.empty()) Tell(kSymbols, "all that is called", State::kOk, "present");
    Tell(kSymbols, "names of macOS 10.13.5", State::kOk,
         absl::StrCat(old_present, " of ", old_ones, " present"));
  }

  void Capabilities() {
    for (const session::Capability& capability : ne::CapabilitiesOf(*symbols_)) {
      Tell("capabilities", capability.name, capability.available ? State::kOk : State::kDegraded,
           capability.available ? "available" : "not available", capability.detail);
    }
  }

  void Manager() {
    const int pid = client_->ManagerPid();
    if (pid != 0) return Tell(kCalls, "nesessionmanager", State::kOk, absl::StrCat("runs as process ", pid));
    Tell(kCalls, "nesessionmanager", State::kDegraded, "it does not run, or its process id cannot be told",
         "launchd starts it when a VPN is first used; statuses are unknown until then.");
  }

  void Session() {
    const Uuid nobody = Uuid::FromName("holdfastctl doctor: no such configuration");
    auto canceled = std::make_shared<std::atomic<bool>>(false);
    auto session = ne::NeSession::Create(client_, nobody, ne::SessionType::kVpn, [canceled](ne::Event event) {
      if (event == ne::Event::kCanceled) *canceled = true;
    });
    if (session == nullptr) {
      return Tell(kCalls, "create", State::kFailed, "the library refused to make a session",
                  "Attach this report to an issue.");
    }
    Tell(kCalls, "create", State::kOk, "a session was made, for a configuration that does not exist");
    Answered("get_status", "ne_session_get_status", [&](const std::function<void()>& done) {
      session->GetStatus([done](SessionStatus) { done(); });
    });
    Answered("get_info", "ne_session_get_info", [&](const std::function<void()>& done) {
      session->GetInfo(ne::InfoType::kExtendedStatus, [done](const std::optional<ne::Value>&) { done(); });
    });
    session->Cancel();
    const bool told = target_.wait([canceled] { return canceled->load(); }, kPatience);
    Tell(kCalls, "cancel", told ? State::kOk : State::kDegraded,
         told ? "the library said that the session is cancelled"
              : "the library did not say that it is cancelled",
         told ? "" : "Sessions of removed configurations may be kept longer than needed.");
  }

  void Answered(const char* name, const char* symbol,
                const std::function<void(const std::function<void()>&)>& ask) {
    if (!symbols_->Has(symbol))
      return Tell(kCalls, name, State::kSkipped, "cannot be asked: its symbol is missing");
    auto answered = std::make_shared<std::atomic<bool>>(false);
    ask([answered] { *answered = true; });
    const bool came = target_.wait([answered] { return answered->load(); }, kPatience);
    Tell(kCalls, name, came ? State::kOk : State::kFailed,
         came ? "answered" : absl::StrCat("no answer within ", absl::FormatDuration(kPatience)),
         came ? "" : "nesessionmanager may be stuck: see docs/incidents/session_manager_restart.md.");
  }

  const Target& target_;
  const std::function<void(const Finding&)>& tell_;
  const std::shared_ptr<const ne::Symbols> symbols_;
  std::shared_ptr<ne::Client> client_;
};

}  // namespace

Target ThisMachine() {
  return {ne::SystemSymbols(), [](const std::function<bool()>& done, absl::Duration limit) {
            const absl::Time until = absl::Now() + limit;
            while (!done()) {
              if (absl::Now() >= until) return false;
              absl::SleepFor(absl::Milliseconds(1));
            }
            return true;
          }};
}

void ProbeSessions(const Target& target, const std::function<void(const Finding&)>& tell) {
  Probe(target, tell).Run();
}

}  // namespace holdfast::doctor
