#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct TokenFlags {
  std::string group, lifetime, id;
  std::vector<std::string> serials;
  int quota = 0;
};

absl::Status CreateToken(Session& session, const TokenFlags& flags) {
  v1::CreateEnrollmentTokenRequest request;
  request.set_group(flags.group);
  request.set_quota(flags.quota);
  if (!flags.lifetime.empty()) {
    const absl::StatusOr<absl::Duration> lifetime = ParseSpan(flags.lifetime);
    if (!lifetime.ok()) return Annotate(lifetime.status(), "--lifetime");
    request.set_lifetime_seconds(absl::ToInt64Seconds(*lifetime));
  }
  for (const std::string& serial : flags.serials) request.add_allowed_serials(serial);
  v1::CreateEnrollmentTokenResponse response;
  HOLDFAST_RETURN_IF_ERROR(
      session.client.Call(&AdminClient::Stub::CreateEnrollmentToken, request, &response));
  const Printer& p = session.printer;
  switch (p.format()) {
    case Format::kJson:
      p.Json(response);
      break;
    case Format::kCsv:
      p.Text(CsvLine({"token_id", "enrollment_string"}));
      p.Text(CsvLine({response.token().token_id(), response.enrollment_string()}));
      break;
    case Format::kTable:
      p.Fields({{"Enrollment string", Cell(response.enrollment_string(), Style::kBold)},
                {"Token id", response.token().token_id()},
                {"Group", response.token().group()},
                {"Devices", absl::StrCat(response.token().quota())},
                {"Expires", p.Time(response.token().expires())}});
      p.Note("\nThe string is shown only now: the server keeps a hash of its secret.");
      break;
  }
  return absl::OkStatus();
}

Cell StateOf(const v1::EnrollmentToken& token) {
  if (token.revoked()) return Cell("revoked", Style::kRed);
  if (token.used() >= token.quota()) return Cell("used up", Style::kDim);
  const google::protobuf::Timestamp now = ToProto(absl::Now());
  const bool expired =
      std::pair(token.expires().seconds(), token.expires().nanos()) <= std::pair(now.seconds(), now.nanos());
  return expired ? Cell("expired", Style::kDim) : Cell("usable", Style::kGreen);
}

absl::Status ListTokens(Session& session) {
  v1::ListEnrollmentTokensResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::ListEnrollmentTokens,
                                               v1::ListEnrollmentTokensRequest(), &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  using T = v1::EnrollmentToken;
  const std::vector<Printer::Field<T>> fields = {
      {{"TOKEN ID"}, [](const T& t) { return Cell(t.token_id()); }},
      {{"GROUP", Align::kLeft, true, 4, /*rank=*/1}, [](const T& t) { return Cell(t.group()); }},
      {{"USED", Align::kRight}, [](const T& t) { return Cell(absl::StrCat(t.used())); }},
      {{"QUOTA", Align::kRight}, [](const T& t) { return Cell(absl::StrCat(t.quota())); }},
      {{"STATE"}, StateOf},
      {{"EXPIRES"}, [&p](const T& t) { return Cell(p.Time(t.expires())); }},
      {{"SERIALS", Align::kLeft, true, 10, /*rank=*/2},
       [](const T& t) { return Cell(absl::StrJoin(t.allowed_serials(), " ")); }},
      {{"CREATED"}, [&p](const T& t) { return Cell(p.Time(t.created())); }, false},
  };
  p.List(response.tokens(), fields, "No enrollment tokens yet.");
  return absl::OkStatus();
}

absl::Status RevokeToken(Session& session, const std::string& id) {
  v1::RevokeEnrollmentTokenRequest request;
  request.set_token_id(id);
  v1::RevokeEnrollmentTokenResponse response;
  HOLDFAST_RETURN_IF_ERROR(
      session.client.Call(&AdminClient::Stub::RevokeEnrollmentToken, request, &response));
  session.printer.Note(absl::StrCat("Revoked ", id, ": nothing can be enrolled with it any more."));
  if (session.printer.format() == Format::kJson) session.printer.Json(response);
  return absl::OkStatus();
}

}  // namespace

void AddTokenCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<TokenFlags>();
  CLI::App* tokens = app.add_subcommand("tokens", "Enrollment tokens");
  tokens->require_subcommand(1);

  CLI::App* create =
      tokens->add_subcommand("create", "A new one; prints the enrollment string for the agents");
  create->add_option("--quota", flags->quota, "How many devices may use it")->check(CLI::Range(1, kMost));
  create->add_option("--lifetime", flags->lifetime, "How long it is good, e.g. 24h or 7d");
  create->add_option("--group", flags->group, "Devices enrolled with it join this group");
  create->add_option("--serial", flags->serials, "Only for this serial number; may be given more than once")
      ->take_all();
  create->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return CreateToken(s, *flags); }; });

  CLI::App* list = tokens->add_subcommand("list", "All of them, newest first");
  list->callback([&chosen] { chosen.run = ListTokens; });

  CLI::App* revoke = tokens->add_subcommand("revoke", "End one now; devices enrolled with it stay");
  revoke->add_option("token_id", flags->id, "As 'tokens list' shows it")->required();
  revoke->callback(
      [&chosen, flags] { chosen.run = [flags](Session& s) { return RevokeToken(s, flags->id); }; });
}

}  // namespace holdfast::admin
