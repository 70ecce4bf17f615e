#include "agent/signals/parse/scutil_list.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/scan.h"
#include "base/error.h"
#include "base/text/width.h"

namespace holdfast::parse {
namespace {

constexpr absl::string_view kHeader = "Available network connection services";
constexpr size_t kNameColumns = 32;

// From the first quote to the closing one, or to the tag where the closing one was cut off.
bool ReadName(absl::string_view rest, ScutilService& service) {
  const size_t open = rest.find('"');
  if (open == absl::string_view::npos) return false;
  absl::string_view quoted = rest.substr(open + 1);
  quoted = quoted.substr(0, std::min(quoted.rfind(" ["), quoted.size()));
  quoted = absl::StripTrailingAsciiWhitespace(quoted);
  service.name_cut = !absl::ConsumeSuffix(&quoted, "\"");
  // A name of 31 bytes loses its closing quote only.
  if (service.name_cut && text::DisplayWidth(quoted) < static_cast<int>(kNameColumns) - 1)
    service.name_cut = false;
  service.name = std::string(quoted);
  return true;
}

// "[PPP:L2TP]", "[IPSec]", "[VPN:io.example.vpn]"
void ReadTag(absl::string_view rest, ScutilService& service) {
  rest = absl::StripTrailingAsciiWhitespace(rest);
  const size_t open = rest.rfind(" [");
  if (open == absl::string_view::npos || rest.back() != ']') return;
  absl::string_view tag = rest.substr(open + 2, rest.size() - open - 3);
  const absl::string_view type = tag.substr(0, std::min(tag.find(':'), tag.size()));
  absl::ConsumePrefix(&tag, type);
  absl::ConsumePrefix(&tag, ":");
  if (type == "PPP") {
    service.type = tag == "L2TP" ? ServiceType::kL2tp : ServiceType::kUnknown;
  } else if (type == "IPSec") {
    service.type = ServiceType::kIpsec;
  } else if (type == "VPN") {
    service.type = ServiceType::kProvider;
    service.provider_bundle_id = std::string(tag);
  }
}

}  // namespace

std::optional<SessionStatus> ScutilStatusNamed(absl::string_view word) {
  static constexpr std::array<std::pair<absl::string_view, SessionStatus>, 5> kWords = {
      {{"Invalid", SessionStatus::kInvalid},
       {"Disconnected", SessionStatus::kDisconnected},
       {"Connecting", SessionStatus::kConnecting},
       {"Connected", SessionStatus::kConnected},
       {"Disconnecting", SessionStatus::kDisconnecting}}};
  for (const auto& [name, status] : kWords) {
    if (name == word) return status;
  }
  return std::nullopt;
}

std::optional<ScutilService> ReadScutilService(absl::string_view line) {
  const size_t at = FindUuid(line);
  if (at == absl::string_view::npos) return std::nullopt;
  absl::string_view head = line.substr(0, at);
  SkipBlanks(head);
  ScutilService service;
  service.enabled = absl::ConsumePrefix(&head, "*");
  SkipBlanks(head);
  if (!absl::ConsumePrefix(&head, "(")) return std::nullopt;
  const auto status = TakeThrough(head, ")");
  if (!status || !absl::StripAsciiWhitespace(head).empty()) return std::nullopt;
  service.status = ScutilStatusNamed(*status);
  if (!service.status && *status != "Unknown") return std::nullopt;
  service.id = UuidAtFront(line.substr(at)).value_or(Uuid{});
  absl::string_view rest = line.substr(at + kUuidLength);
  const absl::string_view kind = rest.substr(0, std::min(rest.find('"'), rest.size()));
  service.kind = std::string(absl::StripAsciiWhitespace(kind));
  if (!ReadName(rest, service)) return std::nullopt;
  ReadTag(rest, service);
  return service;
}

absl::StatusOr<ScutilList> ReadScutilList(absl::string_view text) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto lines, TextLines(text));
  ScutilList list;
  for (size_t i = 0; i < lines.size(); ++i) {
    const absl::string_view line = absl::StripAsciiWhitespace(lines[i]);
    if (absl::StartsWith(line, kHeader)) {
      list.has_header = true;
    } else if (auto service = ReadScutilService(lines[i])) {
      list.services.push_back(*std::move(service));
    } else if (!line.empty()) {
      list.odd.push_back({i + 1, std::string(line)});
    }
  }
  if (!list.has_header && list.services.empty()) {
    return absl::InvalidArgumentError(
        "there is neither the heading nor a service of `scutil --nc list` in it; give the whole output of "
        "that "
        "command");
  }
  return list;
}

ServiceFacts ServiceFactsOf(const ScutilService& service) {
  ServiceFacts facts;
  facts.id = service.id;
  facts.name = service.name;
  facts.type = service.type;
  facts.provider_bundle_id = service.provider_bundle_id;
  facts.enabled = service.enabled;
  return facts;
}

}  // namespace holdfast::parse
