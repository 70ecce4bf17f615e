// Admin tokens: who may ask the server what.
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct AdminFlags {
  std::string name, role, lifetime, out, id;
  std::vector<std::string> groups;
};

constexpr std::pair<absl::string_view, v1::AdminRole> kRoles[] = {{"viewer", v1::ADMIN_ROLE_VIEWER},
                                                                  {"auditor", v1::ADMIN_ROLE_AUDITOR},
                                                                  {"operator", v1::ADMIN_ROLE_OPERATOR},
                                                                  {"admin", v1::ADMIN_ROLE_ADMIN}};

std::string NameOf(v1::AdminRole role) {
  for (const auto& [name, value] : kRoles) {
    if (value == role) return std::string(name);
  }
  return "none";
}

std::string GroupsOf(const v1::AdminToken& token) {
  return token.groups().empty() ? "all" : absl::StrJoin(token.groups(), ", ");
}

std::string Expiry(const Printer& p, const v1::AdminToken& token) {
  return token.has_expires() ? p.Time(token.expires()) : p.format() == Format::kTable ? "never" : "";
}

absl::StatusOr<v1::CreateAdminTokenRequest> RequestOf(const AdminFlags& flags) {
  v1::CreateAdminTokenRequest request;
  request.set_name(flags.name);
  request.mutable_groups()->Assign(flags.groups.begin(), flags.groups.end());
  for (const auto& [name, value] : kRoles) {
    if (name == flags.role) request.set_role(value);
  }
  if (!flags.lifetime.empty()) {
    const absl::StatusOr<absl::Duration> lifetime = ParseSpan(flags.lifetime);
    if (!lifetime.ok()) return Annotate(lifetime.status(), "--lifetime");
    request.set_lifetime_seconds(absl::ToInt64Seconds(*lifetime));
  }
  return request;
}

// Before there is a token: one that cannot be kept is not made, and none that is kept there is lost.
absl::Status Reserve(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("--out: ", path, " exists and may hold a token that is in use; name another file"));
  }
  return Annotate(WriteFileAtomically(path, "", 0600), "--out");
}

absl::Status Revoke(Session& session, const std::string& id) {
  v1::RevokeAdminTokenRequest request;
  request.set_token_id(id);
  v1::RevokeAdminTokenResponse response;
  return session.client.Call(&AdminClient::Stub::RevokeAdminToken, request, &response);
}

// The secret moves from the answer to the file; a token that cannot be written down is ended.
absl::Status Keep(Session& session, const std::string& path, v1::CreateAdminTokenResponse& made) {
  const absl::Status written = WriteFileAtomically(path, made.secret() + "\n", 0600);
  made.clear_secret();
  if (written.ok()) return written;
  const absl::Status ended = Revoke(session, made.token().token_id());
  return Annotate(written, ended.ok()
                               ? "--out: the new token was revoked again"
                               : absl::StrCat("--out: revoke the new token ", made.token().token_id()));
}

void Show(const Printer& p, const v1::CreateAdminTokenResponse& made, const std::string& out) {
  const v1::AdminToken& token = made.token();
  if (p.format() == Format::kJson) return p.Json(made);
  if (p.format() == Format::kCsv) {
    p.Text(CsvLine({"token_id", "name", "role", "expires", "token", "groups"}));
    p.Text(CsvLine({token.token_id(), token.name(), NameOf(token.role()), Expiry(p, token), made.secret(),
                    GroupsOf(token)}));
    return;
  }
  p.Fields({{"Token", out.empty() ? Cell(made.secret(), Style::kBold) : Cell(absl::StrCat("in ", out))},
            {"Token id", token.token_id()},
            {"Name", token.name()},
            {"Role", NameOf(token.role())},
            {"Groups", GroupsOf(token)},
            {"Expires", Expiry(p, token)}});
  if (out.empty()) p.Note("\nThe token is shown only now: the server keeps a hash of its secret.");
}

absl::Status CreateAdmin(Session& session, const AdminFlags& flags) {
  HOLDFAST_ASSIGN_OR_RETURN(const v1::CreateAdminTokenRequest request, RequestOf(flags));
  if (!flags.out.empty()) HOLDFAST_RETURN_IF_ERROR(Reserve(flags.out));
  v1::CreateAdminTokenResponse made;
  absl::Status status = session.client.Call(&AdminClient::Stub::CreateAdminToken, request, &made);
  if (status.ok() && !flags.out.empty()) status = Keep(session, flags.out, made);
  if (!status.ok()) {
    if (!flags.out.empty()) unlink(flags.out.c_str());
    return status;
  }
  Show(session.printer, made, flags.out);
  return absl::OkStatus();
}

Cell StateOf(const v1::AdminToken& token) {
  if (token.revoked()) return Cell("revoked", Style::kRed);
  const google::protobuf::Timestamp now = ToProto(absl::Now()), end = token.expires();
  const bool expired =
      token.has_expires() && std::pair(end.seconds(), end.nanos()) <= std::pair(now.seconds(), now.nanos());
  return expired ? Cell("expired", Style::kDim) : Cell("usable", Style::kGreen);
}

absl::Status ListAdmins(Session& session) {
  v1::ListAdminTokensResponse response;
  HOLDFAST_RETURN_IF_ERROR(
      session.client.Call(&AdminClient::Stub::ListAdminTokens, v1::ListAdminTokensRequest(), &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  using T = v1::AdminToken;
  const std::vector<Printer::Field<T>> fields = {
      {{"TOKEN ID"}, [](const T& t) { return Cell(t.token_id()); }},
      {{"NAME", Align::kLeft, true, 8, /*rank=*/1}, [](const T& t) { return Cell(t.name()); }},
      {{"ROLE"}, [](const T& t) { return Cell(NameOf(t.role())); }},
      {{"GROUPS", Align::kLeft, true, 4, /*rank=*/2}, [](const T& t) { return Cell(GroupsOf(t)); }},
      {{"STATE"}, StateOf},
      {{"EXPIRES"}, [&p](const T& t) { return Cell(Expiry(p, t)); }},
      {{"CREATED"}, [&p](const T& t) { return Cell(p.Time(t.created())); }},
  };
  p.List(response.tokens(), fields, "No admin tokens.");
  return absl::OkStatus();
}

absl::Status RevokeAdmin(Session& session, const std::string& id) {
  HOLDFAST_RETURN_IF_ERROR(Revoke(session, id));
  session.printer.Note(absl::StrCat("Revoked ", id, ": nothing can be asked with it any more."));
  if (session.printer.format() == Format::kJson) session.printer.Json(v1::RevokeAdminTokenResponse());
  return absl::OkStatus();
}

}  // namespace

void AddAdminCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<AdminFlags>();
  CLI::App* admins = app.add_subcommand("admins", "Admin tokens: who may ask this server");
  admins->require_subcommand(1);

  CLI::App* create = admins->add_subcommand("create", "A token for a person or a program; shown once");
  create->add_option("name", flags->name, "Its holder, as the audit log is to call them")->required();
  create
      ->add_option(
          "--role", flags->role,
          "viewer: reads; auditor: also the audit log and the tokens; operator: also acts on devices; admin: "
          "everything")
      ->required()
      ->check(CLI::IsMember({"viewer", "auditor", "operator", "admin"}));
  create
      ->add_option("--group", flags->groups,
                   "Only devices of this group, and nothing of the whole fleet; may be given more than once")
      ->expected(1)
      ->take_all();
  create->add_option("--lifetime", flags->lifetime, "How long it is good, e.g. 90d; else it does not expire");
  create
      ->add_option("--out", flags->out,
                   "Write it to this new file, which only you may read, instead of showing it")
      ->type_name("FILE");
  create->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return CreateAdmin(s, *flags); }; });

  admins->add_subcommand("list", "All of them, newest first")->callback([&chosen] {
    chosen.run = ListAdmins;
  });

  CLI::App* revoke = admins->add_subcommand("revoke", "End one now, and what is open with it");
  revoke->add_option("token_id", flags->id, "As 'admins list' shows it")->required();
  revoke->callback(
      [&chosen, flags] { chosen.run = [flags](Session& s) { return RevokeAdmin(s, flags->id); }; });
}

}  // namespace holdfast::admin
