#include "agent/signals/parse/network_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/text_lines.h"
#include "base/error.h"

namespace holdfast::parse {
namespace {

struct Pair {
  absl::string_view key, value;
};

// "  interface: en0", "  nameserver[0] : 192.0.2.1"
std::optional<Pair> SplitPair(absl::string_view line) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  return Pair{absl::StripAsciiWhitespace(line.substr(0, colon)),
              absl::StripAsciiWhitespace(line.substr(colon + 1))};
}

// "0:1c:42:0:0:18" with each byte's two digits; empty for anything else ("(incomplete)").
std::string WholeHardwareAddress(absl::string_view text) {
  const std::vector<absl::string_view> bytes = absl::StrSplit(text, ':');
  if (bytes.size() != 6) return "";
  std::vector<std::string> whole;
  for (const absl::string_view byte : bytes) {
    if (byte.empty() || byte.size() > 2 || !std::all_of(byte.begin(), byte.end(), absl::ascii_isxdigit)) {
      return "";
    }
    whole.push_back(absl::AsciiStrToLower(absl::StrCat(byte.size() == 1 ? "0" : "", byte)));
  }
  return absl::StrJoin(whole, ":");
}

// "14 (utun4)"
std::string NameInParentheses(absl::string_view value) {
  const size_t open = value.find('(');
  if (open == absl::string_view::npos || !absl::EndsWith(value, ")")) return "";
  return std::string(value.substr(open + 1, value.size() - open - 2));
}

struct Resolver {
  std::vector<std::string> servers, search;
  std::string interface_name;
  bool special = false;  // for one domain, or multicast
};

class DnsReader {
 public:
  // False when the rest is of no interest.
  bool Take(absl::string_view line) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (absl::StartsWith(text, "DNS configuration")) {
      known_ = true;
      return !absl::StrContains(text, "scoped");
    }
    if (absl::StartsWith(text, "resolver #")) {
      Finish();
      known_ = true;
      open_ = true;
    } else if (const auto pair = SplitPair(text); pair && open_) {
      TakePair(*pair);
    }
    return true;
  }

  bool known() const { return known_; }
  DnsConfiguration End() {
    Finish();
    return std::move(all_);
  }

 private:
  void TakePair(const Pair& pair) {
    if (absl::StartsWith(pair.key, "nameserver[")) {
      now_.servers.emplace_back(pair.value);
    } else if (absl::StartsWith(pair.key, "search domain[")) {
      now_.search.emplace_back(pair.value);
    } else if (pair.key == "if_index") {
      now_.interface_name = NameInParentheses(pair.value);
    } else if (pair.key == "domain" || (pair.key == "options" && pair.value == "mdns")) {
      now_.special = true;
    }
  }

  void Finish() {
    const Resolver done = std::exchange(now_, {});
    if (!std::exchange(open_, false) || done.special) return;
    for (const std::string& server : done.servers) {
      const ResolverFacts facts{server, done.interface_name};
      if (std::count(all_.resolvers.begin(), all_.resolvers.end(), facts) == 0)
        all_.resolvers.push_back(facts);
    }
    for (const std::string& domain : done.search) {
      if (std::count(all_.search_domains.begin(), all_.search_domains.end(), domain) == 0) {
        all_.search_domains.push_back(domain);
      }
    }
  }

  DnsConfiguration all_;
  Resolver now_;
  bool open_ = false, known_ = false;
};

}  // namespace

RouteAnswer ReadRouteGet(absl::string_view text) {
  RouteAnswer answer;
  const auto lines = TextLines(text);
  if (!lines.ok()) return answer;
  for (const absl::string_view line : *lines) {
    const auto pair = SplitPair(line);
    if (!pair) continue;
    if (pair->key == "interface") answer.interface_name = std::string(pair->value);
    if (pair->key == "gateway") answer.gateway = std::string(pair->value);
  }
  if (answer.interface_name.empty()) answer.gateway.clear();
  return answer;
}

std::vector<RouteAnswer> ReadDefaultRoutes(absl::string_view text) {
  std::vector<RouteAnswer> routes;
  const auto lines = TextLines(text);
  if (!lines.ok()) return routes;
  size_t interface_column = 0;  // it moved between releases: the heading tells
  for (const absl::string_view line : *lines) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() > 2 && words[0] == "Destination") {
      interface_column = std::find(words.begin(), words.end(), "Netif") - words.begin();
    } else if (interface_column > 1 && words.size() > interface_column && words[0] == "default") {
      routes.push_back({std::string(words[interface_column]), std::string(words[1])});
    }
  }
  return routes;
}

std::string HardwareAddressOf(absl::string_view arp_text, const RouteAnswer& neighbour) {
  const auto lines = TextLines(arp_text);
  if (!lines.ok() || neighbour.gateway.empty()) return "";
  const std::string address = absl::StrCat("(", neighbour.gateway, ")");
  for (const absl::string_view line : *lines) {
    // "? (192.0.2.1) at 0:1c:42:0:0:18 on en0 ifscope [ethernet]"
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.size() < 6 || words[1] != address || words[5] != neighbour.interface_name) continue;
    if (std::string whole = WholeHardwareAddress(words[3]); !whole.empty()) return whole;
  }
  return "";
}

absl::StatusOr<DnsConfiguration> ReadScutilDns(absl::string_view text) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<absl::string_view> lines, TextLines(text));
  DnsReader reader;
  for (const absl::string_view line : lines) {
    if (!reader.Take(line)) break;
  }
  if (reader.known()) return reader.End();
  return absl::InvalidArgumentError("this is not what scutil --dns prints: it has no resolver");
}

}  // namespace holdfast::parse
