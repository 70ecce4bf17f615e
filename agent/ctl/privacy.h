// What leaves this machine, as the person at it is told.
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/render.h"

namespace holdfast::ctl {

struct PrivacyFacts {
  std::string server;  // empty: nothing leaves
  std::string notice;  // the policy's Privacy.UserNotice
  std::vector<std::string> sent, never_sent;
};

PrivacyFacts PrivacyOf(const v1::GetStatusResponse& status, const v1::GetLocalPolicyResponse& policy);
std::string RenderPrivacy(const PrivacyFacts& facts, const View& view);

}  // namespace holdfast::ctl
