#include "agent/platform/posix/dns_query.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::platform {
namespace {

constexpr size_t kMostBytes = 4096;
// An unanswered question is sent again: UDP loses packets.
constexpr absl::Duration kResend = absl::Seconds(1);

absl::StatusOr<std::string> MakeQuery(const std::string& name, ns_type type) {
  std::string query(NS_PACKETSZ, '\0');
  struct __res_state state{};
  res_ninit(&state);
  const int size =
      res_nmkquery(&state, ns_o_query, name.c_str(), ns_c_in, type, nullptr, 0, nullptr,
                   reinterpret_cast<unsigned char*>(query.data()), static_cast<int>(query.size()));
  res_nclose(&state);
  if (size < 0)
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no name that can be asked for"));
  query.resize(static_cast<size_t>(size));
  return query;
}

absl::StatusOr<std::vector<std::string>> Ask(const Connection& connection, const std::string& query,
                                             const Deadline& deadline) {
  while (true) {
    HOLDFAST_RETURN_IF_ERROR(connection.Write(query, deadline));
    const absl::StatusOr<std::string> answer = connection.Read(kMostBytes, deadline.OrIn(kResend));
    if (absl::IsDeadlineExceeded(answer.status()) && !deadline.passed()) continue;
    if (!answer.ok()) return answer.status();
    const auto addresses = ReadDnsAnswer(query, *answer);
    if (!absl::IsFailedPrecondition(addresses.status())) return addresses;
  }
}

absl::Status OfCode(int code) {
  if (code == ns_r_nxdomain) return absl::NotFoundError("the resolver knows no such name");
  return absl::UnavailableError(absl::StrCat("the resolver answered with error ", code));
}

std::string Text(const ns_rr& record) {
  const bool ipv6 = ns_rr_type(record) == ns_t_aaaa;
  if (ns_rr_rdlen(record) != (ipv6 ? sizeof(in6_addr) : sizeof(in_addr))) return "";
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(ipv6 ? AF_INET6 : AF_INET, ns_rr_rdata(record), text, sizeof text);
  return text;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadDnsAnswer(absl::string_view query, absl::string_view answer) {
  ns_msg asked, told;
  const auto parse = [](absl::string_view bytes, ns_msg* message) {
    return ns_initparse(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
                        message) == 0;
  };
  if (!parse(query, &asked) || !parse(answer, &told))
    return absl::InvalidArgumentError("this is no DNS message");
  ns_rr question, repeated;
  const bool same = ns_msg_id(asked) == ns_msg_id(told) && ns_msg_getflag(told, ns_f_qr) == 1 &&
                    ns_msg_count(told, ns_s_qd) == 1 && ns_parserr(&asked, ns_s_qd, 0, &question) == 0 &&
                    ns_parserr(&told, ns_s_qd, 0, &repeated) == 0 &&
                    ns_rr_type(question) == ns_rr_type(repeated) &&
                    absl::EqualsIgnoreCase(ns_rr_name(question), ns_rr_name(repeated));
  if (!same) return absl::FailedPreconditionError("this answers another question");
  if (const int code = ns_msg_getflag(told, ns_f_rcode); code != ns_r_noerror) return OfCode(code);
  std::vector<std::string> addresses;
  for (int i = 0; i < ns_msg_count(told, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&told, ns_s_an, i, &record) != 0)
      return absl::InvalidArgumentError("the answer is cut off");
    if (ns_rr_type(record) != ns_rr_type(question)) continue;
    if (std::string address = Text(record); !address.empty()) addresses.push_back(std::move(address));
  }
  return addresses;
}

absl::StatusOr<std::vector<std::string>> ResolveBy(const Endpoint& resolver, const std::string& name,
                                                   const Deadline& deadline) {
  HOLDFAST_ASSIGN_OR_RETURN(const Connection connection, Connection::OpenUdp(resolver, deadline));
  for (const ns_type type : {ns_t_a, ns_t_aaaa}) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string query, MakeQuery(name, type));
    HOLDFAST_ASSIGN_OR_RETURN(std::vector<std::string> addresses, Ask(connection, query, deadline));
    if (!addresses.empty()) return addresses;
  }
  return absl::NotFoundError("the resolver knows no address of that name");
}

}  // namespace holdfast::platform
