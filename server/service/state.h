// The parts of ServerCore, together.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "server/service/context.h"
#include "server/service/day_keeper.h"
#include "server/service/directory.h"
#include "server/service/enrollment.h"
#include "server/service/heartbeat_stretch.h"
#include "server/service/keys.h"
#include "server/service/orders.h"
#include "server/service/policies.h"
#include "server/service/rollouts.h"
#include "server/service/row_check.h"
#include "server/service/sync.h"

namespace holdfast::server {

struct ServerCore::State {
  State(const ServerDependencies& d, const ServerOptions& options)
      : context{*d.clock, *d.random, *d.store, *d.issuer, options, d.custody},
        directory(context),
        policies(context),
        rollouts(context, directory, policies),
        orders(context),
        keys(context, policies, orders),
        stretch(context.options.heartbeat_at_least),
        sync(context, directory, policies, rollouts, orders, keys, stretch),
        refused_enrollments(context),
        enrollment(context, directory, policies, refused_enrollments, stretch),
        row_check(context, directory),
        day_keeper(context, directory) {}

  // The device that an admin means by id, serial number or hostname, among those of the admin's groups.
  // NOT_FOUND; PERMISSION_DENIED when it is only another group's; FAILED_PRECONDITION that names the matches
  // when there are several.
  absl::StatusOr<fleet::DeviceRecord> FindNamed(const Actor& actor, AdminMethod method,
                                                const std::string& name);
  // Whether the order concerns devices that the actor may see.
  absl::StatusOr<bool> MaySeeOrder(const Actor& actor, const Order& order);
  absl::StatusOr<std::string> GroupOf(const Order& order);
  // Its devices that are wanted come soon, over a time that grows with their number. Empty: the whole fleet.
  absl::Status NudgeGroup(const std::string& group, absl::FunctionRef<bool(const Uuid&)> wanted);
  // Those in the share of this version, which may be one of every group without its own.
  absl::Status NudgeShare(const PolicyInfo& policy, int percent);
  absl::StatusOr<bool> HasOwnPolicy(const std::string& group);
  absl::StatusOr<Device> DeviceMessage(fleet::DeviceRecord record);
  static HistoryRow HistoryMessage(const fleet::StoredRow& row, const fleet::DeviceRecord& device);

  // Those of the inventory, as devices.
  absl::StatusOr<ListDevicesResponse> ListNeverEnrolled(const Actor& actor,
                                                        const ListDevicesRequest& request);
  // Not inside a transaction. The device must be read again afterwards.
  absl::Status ChangeLifecycle(const Actor& actor, LiveDevice& device, const fleet::LifecycleChange& change);
  absl::Status FollowLifecycle(LiveDevice& device);

  absl::Status FlushContacts();
  absl::Status JudgeSilence(ServerTime now);
  // Up to where in last contacts all are judged now, `through` at most.
  absl::StatusOr<ServerTime> MarkSilent(ServerTime now, ServerTime through,
                                        std::vector<fleet::DeviceRecord>& silent);
  absl::Status RaiseSilence(const std::vector<fleet::DeviceRecord>& missed);
  absl::Status JudgeRollouts();
  absl::Status StepKeys();
  // A step was taken: listeners are told, and devices come.
  absl::Status KeysChanged(const std::string& what);
  void TellListener(const std::vector<fleet::StoredRow>& rows, const std::vector<SyncCall>& calls);
  // How a commit went, and whether rows were in it: one of nothing succeeds on a full disk too.
  void JudgeStore(const absl::Status& commit, bool rows);
  void TellStoreWorks();

  Context context;
  Directory directory;
  Policies policies;
  Rollouts rollouts;
  Orders orders;
  Keys keys;
  HeartbeatStretch stretch;
  SyncHandler sync;
  RefusedEnrollments refused_enrollments;
  Enrollment enrollment;
  RowCheck row_check;
  DayKeeper day_keeper;
  std::function<void(const Uuid&, absl::Duration)> nudge;
  std::function<void(const Uuid&)> revoked_listener;
  std::function<void()> admin_revoked_listener;
  std::function<void(const HistoryRow&)> row_listener;
  std::function<void(const absl::Status&)> store_listener;
  std::function<void(const std::string&)> halt_listener;
  std::function<absl::Status(const std::string&)> key_listener;
  std::optional<ServerTime> store_failed;  // when last, until it was told that it works again
  bool store_took_rows = false;            // since then
  // Up to where in last contacts silence was judged already.
  ServerTime silent_through, missed_through;
};

// 0: 100; at most 1000. Negative is INVALID_ARGUMENT.
absl::StatusOr<int> PageSize(int asked);

}  // namespace holdfast::server
