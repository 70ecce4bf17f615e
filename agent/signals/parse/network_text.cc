#include "agent/signals/parse/network_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
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
