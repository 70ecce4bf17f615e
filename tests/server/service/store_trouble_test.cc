// A store that fails is told once, and that it works again once it does.
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

TEST(StoreTrouble, IsToldOnceAndItsEndWhenRowsAreTaken) {
  World world;
  TestDevice device(world, "alpha");
  device.EnrollNow();
  ASSERT_TRUE(device.SyncNow().ok());
  std::vector<bool> told;
  world.core->SetStoreListener([&](const absl::Status& status) { told.push_back(status.ok()); });

  world.disk.SetCapacity(world.disk.used());
  for (int i = 0; i < 100; ++i)
    device.WriteVerdict(i % 2 == 0 ? TimeClass::kProtected : TimeClass::kViolation);
  EXPECT_TRUE(absl::IsUnavailable(device.SyncNow().status()));
  EXPECT_EQ(told, std::vector<bool>({false}));
  auto idle = device.Request(device.rows.size() + 1, 0);
  world.clock.Advance(absl::Seconds(10));
  device.Sync(idle).status().IgnoreError();  // writes nothing: a full disk does not mind
  EXPECT_TRUE(absl::IsUnavailable(device.SyncNow().status()));
  EXPECT_EQ(told, std::vector<bool>({false})) << "nothing has changed";

  world.disk.SetCapacity(std::nullopt);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(told, std::vector<bool>({false})) << "it failed a moment ago";
  world.clock.Advance(absl::Seconds(5));
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(told, std::vector<bool>({false, true}));
}

}  // namespace
}  // namespace holdfast::server
