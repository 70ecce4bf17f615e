// Which symbols there are, and what degrades without each.
#include "agent/session/darwin/symbols.h"

#include <set>

#include "tests/agent/session/darwin/darwin_fixture.h"

namespace holdfast::ne {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

FindSymbol Without(FindSymbol find, std::set<std::string> hidden) {
  return [find = std::move(find), hidden = std::move(hidden)](const char* name) -> void* {
    return hidden.contains(name) ? nullptr : find(name);
  };
}

class SymbolsTest : public sim::DarwinTest {};

TEST_F(SymbolsTest, TheSimulatedLibraryHasAllThatIsCalled) {
  const Symbols symbols(darwin.Symbols());
  EXPECT_TRUE(symbols.Usable());
  EXPECT_THAT(symbols.Missing(), IsEmpty());
  for (const session::Capability& capability : CapabilitiesOf(symbols)) {
    EXPECT_EQ(capability.available, capability.name != "on_behalf_of_user") << capability.name;
  }
}

TEST_F(SymbolsTest, WithoutAnythingItSaysSo) {
  const Symbols symbols([](const char*) -> void* { return nullptr; });
  EXPECT_FALSE(symbols.Usable());
  for (const session::Capability& capability : CapabilitiesOf(symbols)) {
    EXPECT_FALSE(capability.available) << capability.name;
    EXPECT_NE(capability.detail, "");
  }
  const auto client = Client::Make(std::make_shared<Symbols>([](const char*) -> void* { return nullptr; }));
  EXPECT_EQ(client.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(client.status().message()), HasSubstr("ne_session_create"));
}

TEST_F(SymbolsTest, EachMissingOneIsNamedWithWhatDegrades) {
  for (const std::string& name : Symbols([](const char*) -> void* { return nullptr; }).Missing()) {
    const Symbols symbols(Without(darwin.Symbols(), {name}));
    EXPECT_THAT(symbols.Missing(), ::testing::ElementsAre(name));
    if (!symbols.Usable()) continue;
    // One way to start is enough, and a lost barrier only costs a last command.
    if (name.starts_with("ne_session_start") || name == "ne_session_send_barrier" ||
        name == "ne_session_manager_is_running") {
      continue;
    }
    bool named = false;
    for (const session::Capability& capability : CapabilitiesOf(symbols)) {
      if (capability.available || capability.name == "on_behalf_of_user") continue;
      EXPECT_THAT(capability.detail, HasSubstr(name));
      named = true;
    }
    EXPECT_TRUE(named) << name;
  }
}

TEST_F(SymbolsTest, OneWayToStartIsEnough) {
  const auto start = [&](std::set<std::string> hidden) {
    for (const session::Capability& capability : CapabilitiesOf(Symbols(Without(darwin.Symbols(), hidden)))) {
      if (capability.name == "start") return capability.available;
    }
    return false;
  };
  EXPECT_TRUE(start({"ne_session_start"}));
  EXPECT_TRUE(start({"ne_session_start_with_options"}));
  EXPECT_FALSE(start({"ne_session_start", "ne_session_start_with_options"}));
}

TEST_F(SymbolsTest, EveryKnownNameHasItsUseOrItsReason) {
  std::set<absl::string_view> names;
  size_t in_10_13 = 0, gone = 0;
  for (const KnownSymbol& known : KnownSymbols()) {
    EXPECT_TRUE(names.insert(known.name).second) << known.name << " twice";
    EXPECT_NE(known.note, "") << known.name;
    in_10_13 += known.in_10_13;
    gone += !known.in_sdk_27;
    EXPECT_TRUE(known.used_for.empty() || known.in_sdk_27) << known.name << " is used and gone";
  }
  EXPECT_EQ(in_10_13, 57u);
  EXPECT_EQ(gone, 9u);
  // What is called is known.
  for (const std::string& name : Symbols([](const char*) -> void* { return nullptr; }).Missing()) {
    if (!name.starts_with("ne_session_")) continue;
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace holdfast::ne
