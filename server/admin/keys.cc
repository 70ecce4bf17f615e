// Authorities and policy keys: what depends on which, and the steps of replacing one.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct KeyFlags {
  std::string kind, id, reason;
  bool force = false;
};

absl::string_view KindOf(const v1::KeyInfo& key) {
  return key.kind() == v1::KEY_KIND_AUTHORITY ? "ca" : "policy";
}

Cell StateOf(const v1::KeyInfo& key) {
  switch (key.state()) {
    case v1::KEY_STATE_NEXT:
      return Cell("next", Style::kYellow);
    case v1::KEY_STATE_CURRENT:
      return Cell("current", Style::kGreen);
    case v1::KEY_STATE_RETIRING:
      return Cell("retiring", Style::kYellow);
    default:
      return Cell("retired", Style::kDim);
  }
}

std::string UsesOf(const v1::KeyInfo& key) {
  std::vector<std::string> uses;
  const auto say = [&uses](int count, absl::string_view thing) {
    if (count > 0) uses.push_back(absl::StrCat(count, " ", thing, count == 1 ? "" : "s"));
  };
  say(key.certificates(), "certificate");
  say(key.bundles(), "policy copy");
  say(key.code_keys(), "code key");
  say(key.tokens(), "token");
  say(key.orders(), "order");
  return absl::StrJoin(uses, ", ");
}

// What the next step of each key waits for, and how it is taken.
void SayWhatIsLeft(const Printer& p, const v1::ListKeysResponse& response) {
  for (const v1::KeyInfo& key : response.keys()) {
    const bool next = key.state() == v1::KEY_STATE_NEXT;
    if (!next && key.state() != v1::KEY_STATE_RETIRING) continue;
    if (key.waiting_for().empty()) {
      p.Note(next ? absl::StrCat("\n", key.key_id(), " becomes current within a minute.")
                  : absl::StrCat("\nNothing needs ", key.key_id(), " any more: keys retire ", key.key_id()));
      continue;
    }
    p.Note(absl::StrCat("\nBefore ", key.key_id(), next ? " becomes current:" : " can be retired:"));
    for (const std::string& sentence : key.waiting_for()) p.Note(absl::StrCat("  ", sentence));
  }
}

absl::Status ListKeys(Session& session) {
  v1::ListKeysResponse response;
  HOLDFAST_RETURN_IF_ERROR(
      session.client.Call(&AdminClient::Stub::ListKeys, v1::ListKeysRequest(), &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  using K = v1::KeyInfo;
  const std::vector<Printer::Field<K>> fields = {
      {{"KEY ID"}, [](const K& k) { return Cell(k.key_id()); }},
      {{"KIND"}, [](const K& k) { return Cell(std::string(KindOf(k))); }},
      {{"STATE"}, StateOf},
      {{"CREATED"}, [&p](const K& k) { return Cell(p.Time(k.created())); }},
      {{"TRUSTED BY"},
       [](const K& k) {
         return Cell(k.state() == v1::KEY_STATE_RETIRED ? "-"
                                                        : absl::StrCat(k.trusted_by(), " of ", k.devices()));
       }},
      {{"USED BY", Align::kLeft, true, 10}, [](const K& k) { return Cell(UsesOf(k)); }},
      {{"ACTIVATED"},
       [&p](const K& k) { return Cell(k.has_activated() ? p.Time(k.activated()) : ""); },
       false},
      {{"RETIRED"}, [&p](const K& k) { return Cell(k.has_retired() ? p.Time(k.retired()) : ""); }, false},
      {{"PUBLIC KEY"}, [](const K& k) { return Cell(k.public_key()); }, false},
  };
  p.List(response.keys(), fields, "No keys.");
  if (p.format() == Format::kTable) SayWhatIsLeft(p, response);
  return absl::OkStatus();
}

absl::Status RotateKey(Session& session, const KeyFlags& flags) {
  v1::RotateKeyRequest request;
  request.set_kind(flags.kind == "ca" ? v1::KEY_KIND_AUTHORITY : v1::KEY_KIND_POLICY);
  v1::RotateKeyResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::RotateKey, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  p.Fields({{"Key id", Cell(response.key().key_id(), Style::kBold)},
            {flags.kind == "ca" ? "SHA-256 of its public key" : "Public key", response.key().public_key()}});
  p.Note(
      "\nDevices are told of it with each answer. It becomes current by itself once all of them trust it;\n"
      "'keys list' says who has not said so. Back up the data folder now.");
  return absl::OkStatus();
}

template <class Request, class Response>
absl::Status Step(Session& session, const KeyFlags& flags,
                  grpc::Status (AdminClient::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  absl::string_view done) {
  Request request;
  request.set_key_id(flags.id);
  request.set_force(flags.force);
  request.set_reason(flags.reason);
  Response response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(method, request, &response));
  if (session.printer.format() == Format::kJson) {
    session.printer.Json(response);
  } else {
    session.printer.Note(absl::StrCat("The ", KindOf(response.key()), " key ", flags.id, " ", done));
  }
  return absl::OkStatus();
}

void AddForce(CLI::App& command, KeyFlags& flags, const std::string& help) {
  command.add_option("key_id", flags.id, "As 'keys list' shows it")->required();
  CLI::Option* reason = command.add_option("--reason", flags.reason, "Why; it is in the audit log");
  command.add_flag("--force", flags.force, help)->needs(reason);
}

}  // namespace

void AddKeyCommands(CLI::App& app, Chosen& chosen) {
  const auto flags = std::make_shared<KeyFlags>();
  CLI::App* keys = app.add_subcommand("keys", "The authority and the policy key, and replacing them");
  keys->require_subcommand(1);
  keys->add_subcommand("list", "All of them, who trusts and who uses each")->callback([&chosen] {
    chosen.run = ListKeys;
  });
  CLI::App* rotate = keys->add_subcommand("rotate", "Make the next one and tell every device");
  rotate->add_option("kind", flags->kind, "ca or policy")->required()->check(CLI::IsMember({"ca", "policy"}));
  rotate->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return RotateKey(s, *flags); }; });
  CLI::App* activate =
      keys->add_subcommand("activate", "Use the next one now, not only when every device trusts it");
  AddForce(*activate, *flags, "Also when devices will refuse what it signs");
  activate->callback([&chosen, flags] {
    chosen.run = [flags](Session& s) {
      return Step(s, *flags, &AdminClient::Stub::ActivateKey, "is the current one now.");
    };
  });
  CLI::App* retire = keys->add_subcommand("retire", "End one that was replaced, or give up the next one");
  AddForce(*retire, *flags, "Also when it cuts devices off");
  retire->callback([&chosen, flags] {
    chosen.run = [flags](Session& s) {
      return Step(s, *flags, &AdminClient::Stub::RetireKey,
                  "is retired and its private key destroyed. Back up the data folder now.");
    };
  });
}

}  // namespace holdfast::admin
