// Whatever a local process sends: each frame gets exactly one answer, small enough to send and readable, and
// nobody but those who may is let through to an action.
#include <cstdint>
#include <cstdlib>

#include "agent/control/frame.h"
#include "agent/control/handler.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::control {
namespace {

constexpr uid_t kConsole = 501;

void Check(bool holds) {
  if (!holds) std::abort();
}

class Nobody final : public Delegate {
 public:
  StatusView Status() override {
    StatusView view;
    view.engine.console_user = {true, kConsole, "anna"};
    view.engine.services.resize(1);
    return view;
  }
  PolicyView Policy() override { return {}; }
  absl::StatusOr<std::vector<journal::Row>> History(const journal::Filter& filter) override {
    Check(filter.limit > 0);
    journal::Row row;
    row.kind = 255;
    return std::vector<journal::Row>{row};
  }
  void Request(UserRequest request, const std::string&,
               std::function<void(absl::Status, std::string)> done) override {
    Check(request.uid == allowed);
    done(absl::OkStatus(), request.reason);
  }
  void NextTask(uint32_t uid, const TaskRequest& request, GiveTask give) override {
    Check(asker == 0 || uid == asker);
    if (!request.starts) return give(std::nullopt);
    give(NumberedTask{1, StartTask{Uuid{}}});
  }
  uid_t asker = 0;
  uid_t allowed = 0;
};

void Ask(uid_t uid, bool may_act, absl::string_view message) {
  Nobody delegate;
  delegate.asker = uid;
  delegate.allowed = may_act ? uid : static_cast<uid_t>(-1);
  int answers = 0;
  Handle(delegate, {uid, uid, 1}, message, [&](const std::string& bytes) {
    v1::ControlResponse response;
    Check(bytes.size() <= kMaxResponse && response.ParseFromString(bytes));
    ++answers;
  });
  Check(answers == 1);
}

}  // namespace
}  // namespace holdfast::control

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast::control;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Ask(0, true, bytes);
  Ask(kConsole, true, bytes);
  Ask(502, false, bytes);
  FrameReader reader(kMaxRequest);
  reader.Append(bytes);
  while (true) {
    const auto next = reader.Next();
    if (!next.ok() || !next->has_value()) return 0;
    Ask(0, true, **next);
  }
}
