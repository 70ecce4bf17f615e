#include "agent/ctl/privacy.h"

#include "absl/strings/str_cat.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

void AddList(const std::string& title, const std::vector<std::string>& items, const View& view,
             std::string& out) {
  absl::StrAppend(&out, "\n", title, "\n");
  for (const std::string& item : items) {
    bool first = true;
    for (const std::string& line :
         text::WrapLines(item, view.terminal.width > 4 ? view.terminal.width - 4 : 76)) {
      absl::StrAppend(&out, first ? "  - " : "    ", line, "\n");
      first = false;
    }
  }
}

}  // namespace

PrivacyFacts PrivacyOf(const v1::GetStatusResponse& status, const v1::GetLocalPolicyResponse& policy) {
  PrivacyFacts facts;
  facts.server = status.uplink().server();
  for (const v1::LocalPolicyKey& key : policy.keys()) {
    if (key.path() == "privacy.userNotice") facts.notice = key.value();
  }
  facts.sent = {
      "the name, serial number, model and system version of this machine",
      "the VPN services, proxies, content filters, system extensions and profiles that are installed",
      "what the system's log says of them",
      "when each required VPN service was connected, was not, and why",
      "who is at the console (user name and number), and when the machine slept, woke and started",
      "that the network changed, its interfaces and resolvers, and whether a portal stood in between",
      "overrides, with the reason that was given; wrong passcodes and codes, without what was typed",
      "what was done to restore a service",
  };
  facts.never_sent = {
      "what you do, what you open, and whom you talk to",
      "addresses that you visit and anything that passes through a tunnel",
      "passwords, passcodes, keys and certificates",
      "the name of a wireless network (only a hash tells one from another), and where you are",
  };
  return facts;
}

std::string RenderPrivacy(const PrivacyFacts& facts, const View& view) {
  std::string out =
      facts.server.empty()
          ? "Nothing leaves this machine: it has no server. This is what its own record holds.\n"
          : absl::StrCat("This is what leaves this machine, for ", facts.server, ".\n");
  AddList("Sent:", facts.sent, view, out);
  AddList("Never sent, and not recorded:", facts.never_sent, view, out);
  if (!facts.notice.empty()) absl::StrAppend(&out, "\n", text::Printable(facts.notice), "\n");
  absl::StrAppend(&out, "\nEvery row is in the record on this machine: holdfastctl history\n");
  return out;
}

}  // namespace holdfast::ctl
