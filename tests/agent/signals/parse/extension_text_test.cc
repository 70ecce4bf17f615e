// System extensions, denied saves, and single connections.
#include "agent/signals/parse/extension_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/signals/parse/log_recorder.h"

namespace holdfast::parse {
namespace {

std::string Default(absl::string_view process, absl::string_view message) {
  return absl::StrCat("2025-09-01 10:00:00.000000+0200 0x1 Default 0x0 99 0 ", process, ": ", message);
}

TEST(ExtensionText, AnActivationIsAskedFor) {
  const Told told =
      TellOne(Default("sysextd", "[com.apple.sx:XPC] client activation request for com.example.vpn.tunnel"));
  EXPECT_EQ(told.fact, LogFact::kExtensionRequested);
  EXPECT_EQ(told.subject, "com.example.vpn.tunnel");
}

TEST(ExtensionText, StatesOnTheWay) {
  Told told = TellOne(
      "sysextd: activateDecision found existing entry of same version: state activated_enabled, ID FAE");
  EXPECT_EQ(told.fact, LogFact::kExtensionState);
  EXPECT_EQ(told.state, "activated_enabled");
  told = TellOne(Default(
      "sysextd", "extension TEAM com.example.vpn.tunnel (1.0/1) advancing state from staging to validating"));
  EXPECT_EQ(told.fact, LogFact::kExtensionState);
  EXPECT_EQ(told.state, "validating");
  EXPECT_EQ(told.subject, "com.example.vpn.tunnel");
}

TEST(ExtensionText, AFailedCategoryIsErrorNine) {
  Told told = TellOne(
      "sysextd: com.example.filter : extension failed category property check: extensions belonging to the "
      "com.apple.system_extension.endpoint_security category require a later version of operating system to "
      "launch");
  EXPECT_EQ(told.fact, LogFact::kExtensionError);
  EXPECT_EQ(told.error, 9);
  EXPECT_EQ(told.subject, "com.example.filter");
  told = TellOne(
      "OSSystemExtensionRequest didFailWithError for com.example.filter : The operation couldn\xE2\x80\x99t "
      "be completed. "
      "(OSSystemExtensionErrorDomain error 9.)");
  EXPECT_EQ(told.fact, LogFact::kExtensionError);
  EXPECT_EQ(told.error, 9);
  EXPECT_EQ(told.subject, "com.example.filter");
  told = TellOne(Default(
      "Vendor",
      "activation of com.example.filter: Error Domain=OSSystemExtensionErrorDomain Code=8 \"(null)\""));
  EXPECT_EQ(told.error, 8);
  EXPECT_EQ(told.subject, "com.example.filter");
}

TEST(ExtensionText, ASaveThatWasDenied) {
  Told told = TellOne(Default(
      "nehelper",
      "[com.apple.networkextension:] com.example.proxy: failed to save configuration: permission denied"));
  EXPECT_EQ(told.fact, LogFact::kSaveDenied);
  EXPECT_EQ(told.subject, "com.example.proxy");
  told = TellOne(
      Default("Vendor Proxy", "Error in saving TP configuration in updateOnDemandRule permission denied"));
  EXPECT_EQ(told.fact, LogFact::kSaveDenied);
  EXPECT_EQ(told.subject, "Vendor Proxy");
  told = TellOne(Default("Vendor",
                         "Failed to save the configuration: Error Domain=NEConfigurationErrorDomain Code=10 "
                         "\"permission denied\""));
  EXPECT_EQ(told.fact, LogFact::kSaveDenied);
  EXPECT_TRUE(Tell(Default("Vendor", "saving the document: permission denied")).empty());
  EXPECT_TRUE(Tell(Default("nehelper", "client is not entitled: permission denied")).empty());
}

TEST(ConnectionText, WordsThatOnlyLookAlike) {
  EXPECT_TRUE(Tell("[C0 interface: NESM\n").empty());
  EXPECT_TRUE(Tell("[C7 interface: en0\n").empty());  // of which process?
  EXPECT_TRUE(Tell(Default("Mail", "[C7] interface: (null)")).empty());
  EXPECT_TRUE(Tell(Default("Mail", "[C7] necp_client")).empty());
  EXPECT_TRUE(Tell(Default("Mail", "[Cx] SO_NECP_ATTRIBUTES interface: en0")).empty());
}

TEST(ConnectionText, InterfaceAndAttributes) {
  Told told = TellOne(Default(
      "Mail",
      "(Network) [com.apple.network:connection] [C723.1.1 198.51.100.7:443 ready socket-flow "
      "(satisfied (Path is satisfied), viable, interface: utun4[lte], ipv4, dns)] event: path:changed"));
  EXPECT_EQ(told.fact, LogFact::kConnectionInterface);
  EXPECT_EQ(told.connection, "C723.1.1");
  EXPECT_EQ(told.interface_name, "utun4");
  EXPECT_EQ(told.process, "Mail");
  told = TellOne(Default(
      "Mail", "nw_protocol_socket_set_necp_attributes [C723.1.1:1] setsockopt 39 SO_NECP_ATTRIBUTES"));
  EXPECT_EQ(told.fact, LogFact::kConnectionAttributes);
  EXPECT_EQ(told.connection, "C723.1.1");
}

}  // namespace
}  // namespace holdfast::parse
