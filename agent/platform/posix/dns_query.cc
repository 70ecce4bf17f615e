#include "agent/platform/posix/dns_query.h"

#include "agent/platform/posix/dns_message.h"
#include "base/error.h"
#include "base/random.h"

namespace holdfast::platform {
namespace {

constexpr size_t kMostBytes = 4096;
// An unanswered question is sent again: UDP loses packets.
constexpr absl::Duration kResend = absl::Seconds(1);

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

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveBy(const Endpoint& resolver, const std::string& name,
                                                   const Deadline& deadline) {
  HOLDFAST_ASSIGN_OR_RETURN(const Connection connection, Connection::OpenUdp(resolver, deadline));
  for (const DnsType type : {DnsType::kA, DnsType::kAaaa}) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string query,
                              MakeDnsQuery(name, type, static_cast<uint16_t>(SystemRandom().Next64())));
    HOLDFAST_ASSIGN_OR_RETURN(std::vector<std::string> addresses, Ask(connection, query, deadline));
    if (!addresses.empty()) return addresses;
  }
  return absl::NotFoundError("the resolver knows no address of that name");
}

}  // namespace holdfast::platform
