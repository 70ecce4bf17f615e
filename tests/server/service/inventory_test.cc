#include "base/error.h"
#include "server/service/inventory_csv.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Why(absl::string_view csv) {
  return std::string(ParseInventory(csv).status().message());
}

TEST(InventoryCsv, ReadsSerialNameAndGroup) {
  const auto entries = ParseInventory(
      "\xEF\xBB\xBFserial,name,group\r\nC02A,\"Anna, \"\"the first\"\"\",berlin\r\n C02B \n\nC02C,Carl");
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_THAT(*entries, SizeIs(3));
  EXPECT_EQ((*entries)[0].serial_number, "C02A");
  EXPECT_EQ((*entries)[0].name, "Anna, \"the first\"");
  EXPECT_EQ((*entries)[0].group, "berlin");
  EXPECT_EQ((*entries)[1].serial_number, "C02B");
  EXPECT_EQ((*entries)[2].name, "Carl");
}

TEST(InventoryCsv, HeaderIsOptionalAndAloneAnEmptyList) {
  EXPECT_THAT(*ParseInventory("C02A\nC02B\n"), SizeIs(2));
  EXPECT_THAT(*ParseInventory("Serial Number,Name\n"), IsEmpty());
  EXPECT_FALSE(ParseInventory("").ok()) << "an export that failed empties nothing";
  EXPECT_FALSE(ParseInventory("\n\n").ok());
}

TEST(InventoryCsv, NamesTheLineThatIsWrongAndWhy) {
  EXPECT_THAT(Why("serial\nC02A\n,Anna\n"), HasSubstr("line 3: the serial number is empty"));
  EXPECT_THAT(Why("C02A\nc02b\nC02B,x"),
              HasSubstr("line 3: the serial number C02B stands on line 2 already"));
  EXPECT_THAT(Why("C02A,a,b,c"), HasSubstr("line 1: it has 4 columns"));
  EXPECT_THAT(Why("C02A\n\"C02B"), HasSubstr("line 2: a quote is opened and never closed"));
  EXPECT_THAT(Why("\"C02A\"x,y"), HasSubstr("line 1: after a closing quote"));
  EXPECT_THAT(Why("serial,owner\nC02A,x"), HasSubstr("line 1: the header's column 2 is \"owner\""));
  EXPECT_THAT(Why("C02A\nC\x01"), HasSubstr("line 2"));
  EXPECT_THAT(Why("C02A,\xff"), HasSubstr("line 1: the name"));
  EXPECT_THAT(Why("C02A,\"a\nb\"\nC02B,x\nC02A"), HasSubstr("line 1: the name has control characters"));
  EXPECT_THAT(Why("C02A,x," + std::string(257, 'g')), HasSubstr("the group is longer"));
  EXPECT_THAT(Why(std::string(65, 'C')), HasSubstr("is no serial number"));
  EXPECT_THAT(Why("C02A\n,\n"), HasSubstr("nothing was imported"));
}

class Inventory : public ::testing::Test {
 protected:
  ImportInventoryResponse Import(const std::string& csv, bool dry_run = false) {
    const auto imported = world.core->ImportInventory(kAdmin, {csv, dry_run});
    EXPECT_TRUE(imported.ok()) << imported.status();
    return imported.value_or(ImportInventoryResponse{});
  }
  std::vector<std::string> NeverEnrolled(ListDevicesRequest request = {}) {
    request.reachability = Reachability::kNeverEnrolled;
    std::vector<std::string> serials;
    do {
      const auto page = world.core->ListDevices(kAdmin, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const Device& d : page->devices) serials.push_back(d.serial_number);
      total = page->total;
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    return serials;
  }

  World world;
  TestDevice device{world, "alpha"};
  int total = 0;
};

TEST_F(Inventory, AnImportReplacesAndSaysWhatItChanged) {
  EXPECT_THAT(Import("A\nB,Bert\nC\n").added, ElementsAre("A", "B", "C"));
  const ImportInventoryResponse second = Import("serial,name,group\nb,Berta\nC\nD,Dora,paris\n");
  EXPECT_THAT(second.added, ElementsAre("D"));
  EXPECT_THAT(second.removed, ElementsAre("A"));
  EXPECT_THAT(second.changed, ElementsAre("b"));
  EXPECT_EQ(second.kept, 2);
  const auto listed = world.core->ListInventory(kAdmin, {});
  ASSERT_THAT(listed->entries, SizeIs(3));
  EXPECT_EQ(listed->entries[0].name, "Berta");
  EXPECT_EQ(listed->entries[2].group, "paris");
  EXPECT_EQ(world.core->ListInventory(kAdmin, {.group = "paris"})->total, 1);
  EXPECT_EQ(world.core->ListInventory(kAdmin, {.query = "bert"})->total, 1);
  const AuditEntry entry = world.Audit().front();
  EXPECT_EQ(entry.action, "ImportInventory");
  EXPECT_EQ(entry.before, "3 serial numbers");
  EXPECT_EQ(entry.after, "3 serial numbers; added=1; removed=1; changed=1");
}

TEST_F(Inventory, ABadLineOrADryRunChangesNothing) {
  Import("A\nB\n");
  const size_t entries = world.Audit().size();
  EXPECT_TRUE(absl::IsInvalidArgument(world.core->ImportInventory(kAdmin, {"C\n\"D", false}).status()));
  EXPECT_THAT(Import("C\n", /*dry_run=*/true).removed, ElementsAre("A", "B"));
  EXPECT_THAT(NeverEnrolled(), ElementsAre("A", "B"));
  EXPECT_THAT(world.Audit(), SizeIs(entries));
}

TEST_F(Inventory, WhatNeverEnrolledIsListedUntilItEnrolls) {
  Import("serial-ALPHA,Anna,berlin\nX1,Xaver,berlin\nX2,Yves,paris\nX3\nX4\n");
  EXPECT_THAT(NeverEnrolled({.page_size = 2}), ElementsAre("serial-ALPHA", "X1", "X2", "X3", "X4"));
  EXPECT_EQ(total, 5);
  device.hardware.serial_number = "SERIAL-ALPHA";  // as Apple writes them
  device.EnrollNow();
  EXPECT_THAT(NeverEnrolled(), ElementsAre("X1", "X2", "X3", "X4"));
  EXPECT_THAT(NeverEnrolled({.group = "berlin"}), ElementsAre("X1"));
  EXPECT_THAT(NeverEnrolled({.query = "YVES"}), ElementsAre("X2"));
  const auto listed = world.core->ListInventory(kAdmin, {});
  EXPECT_EQ(listed->entries[0].device, device.id);
  EXPECT_EQ(world.core->ListInventory(kAdmin, {.never_enrolled = true})->total, 4);
  EXPECT_EQ(world.core->ListDevices(kAdmin, {})->total, 1) << "only who enrolled is a device";
  EXPECT_FALSE(world.core->ListDevices(kAdmin, {.reachability = Reachability::kLate}).ok());
  EXPECT_FALSE(
      world.core->ListDevices(kAdmin, {.order_by = "name", .reachability = Reachability::kNeverEnrolled})
          .ok());
}

TEST_F(Inventory, ReportsNameWhatNeverEnrolledInTheirScope) {
  device.EnrollNow();
  Import("SERIAL-alpha,a,berlin\nX1,x,berlin\nX2,y,paris\n");
  device.Advance(absl::Hours(1));
  const ServerTime now{world.clock.now.wall.ns};
  GetComplianceReportRequest request{.from = now - absl::Hours(1), .to = now};
  auto report = world.core->GetComplianceReport(kAdmin, request);
  EXPECT_THAT(report->never_enrolled, ElementsAre("X1", "X2"));
  EXPECT_EQ(report->inventory, 3);
  request.group = "berlin";
  report = world.core->GetComplianceReport(kAdmin, request);
  EXPECT_THAT(report->never_enrolled, ElementsAre("X1"));
  EXPECT_EQ(report->inventory, 2);
  request = {.from = request.from, .to = request.to, .device = "alpha"};
  EXPECT_EQ(world.core->GetComplianceReport(kAdmin, request)->inventory, 0);
}

}  // namespace
}  // namespace holdfast::server
