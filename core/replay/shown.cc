#include "core/replay/shown.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace holdfast::replay {
namespace {

// A ticket stands before the reason: "[INC1234567] REASON".
Credential ForOverride(absl::string_view reason, const OverrideBegan& began) {
  absl::string_view ticket = began.reason;
  if (absl::ConsumeSuffix(&ticket, absl::StrCat("] ", reason)) && absl::ConsumePrefix(&ticket, "[")) {
    return {.kind = Credential::Kind::kTicket, .text = std::string(ticket)};
  }
  return {.kind = Credential::Kind::kPasscode, .good = true};
}

}  // namespace

Credential ShownFor(const std::vector<Row>& rows, size_t request, size_t end) {
  const auto& asked = std::get<UserRequest>(rows[request].event);
  for (size_t i = request + 1; i < end && rows[i].at == rows[request].at; ++i) {
    const Event& event = rows[i].event;
    if (std::holds_alternative<UserRequest>(event)) break;
    if (const auto* spent = std::get_if<CodeSpent>(&event)) {
      return {.kind = Credential::Kind::kCode, .good = true, .id = spent->code_id, .length = spent->length};
    }
    if (const auto* wrong = std::get_if<WrongCredential>(&event)) {
      return {.kind = wrong->kind,
              .problem = absl::StrCat("The ", CredentialName(wrong->kind), " was wrong.")};
    }
    if (const auto* began = std::get_if<OverrideBegan>(&event)) return ForOverride(asked.reason, *began);
  }
  return {};
}

}  // namespace holdfast::replay
