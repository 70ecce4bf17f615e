// An uplink with a real journal, a behaving server and virtual time.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/uplink/uplink.h"
#include "sim/virtual_time.h"
#include "storage/journal/journal.h"
#include "tests/agent/uplink/fake_server.h"

namespace holdfast::uplink {

// A disk that cannot be read for a while.
class FlakyStateFiles final : public platform::StateFiles {
 public:
  absl::StatusOr<std::optional<std::string>> Read(const std::string& name) const override {
    if (!failing.ok()) return failing;
    return files_.Read(name);
  }
  absl::Status Write(const std::string& name, const std::string& bytes) override {
    return files_.Write(name, bytes);
  }
  absl::Status Remove(const std::string& name) override { return files_.Remove(name); }
  absl::Status failing;

 private:
  platform::MemoryStateFiles files_;
};

struct FakeHost final : Host {
  struct Reported {
    std::string name, key, summary;
    bool open;
  };
  std::vector<wire::StateSection> Sections() override { return sections; }
  void OrdersArrived(const std::vector<wire::SignedOrder>& orders, const std::vector<std::string>&,
                     const Uuid&, ServerTime) override {
    orders_arrived = orders.size();
  }
  wire::PolicyStatus ApplyPolicy(const AcceptedPolicy& policy) override {
    if (policy.document == "broken") {
      return {wire::PolicyStatus::State::kFailed, policy.version, policy.id, "not a policy"};
    }
    applied.push_back(policy);
    return {wire::PolicyStatus::State::kApplied, policy.version, policy.id, ""};
  }
  void PolicyRefused(const wire::PolicyBundle&, const absl::Status& why) override { refused.push_back(why); }
  void Incident(const std::string& name, const std::string& key, const std::string& summary,
                bool open) override {
    incidents.push_back({name, key, summary, open});
  }
  void StateChanged(const std::string& text, const std::string&) override { states.push_back(text); }
  void ServerReached(bool, const std::string&) override {}
  int Opened(const std::string& name) const {
    int count = 0;
    for (const Reported& incident : incidents) count += incident.name == name && incident.open;
    return count;
  }

  std::vector<wire::StateSection> sections = {{"services", "{}", {}}, {"policy", "{}", {}}};
  std::vector<AcceptedPolicy> applied;
  size_t orders_arrived = 0;
  std::vector<absl::Status> refused;
  std::vector<Reported> incidents;
  std::vector<std::string> states;
};

class UplinkTest : public ::testing::Test {
 protected:
  UplinkTest() : server_(time_) {
    std::string folder = ::testing::TempDir() + "/uplink-XXXXXX";
    folder_ = mkdtemp(folder.data());
    options_.agent_version = "1.0";
    options_.hardware.serial_number = "C02TEST";
    options_.hardware.platform_uuid = "3D6C0B0E-0000-4000-8000-000000000001";
    options_.token = "token-1";
    options_.server = "server.example:8443";
    OpenJournal();
  }

  void OpenJournal() {
    journal::OpenOptions options;
    options.path = folder_ + "/journal.db";
    options.random = &random_;
    options.clock = &time_;
    options.encode_epoch_began = [](const std::string& reason, auto) { return reason; };
    options.encode_gap = [](auto...) { return std::string("gap"); };
    options.encode_pruned = [](auto...) { return std::string("pruned"); };
    auto opened = journal::Journal::Open(options, nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
  }

  // A new process: what is in flight is gone, journal and files are there.
  void StartUplink() {
    uplink_.reset();
    strand_ = std::make_unique<journal::ExecutorStrand>(time_, *journal_);
    inbox_ = std::make_unique<PolicyInbox>(files_);
    uplink_ = std::make_unique<Uplink>(
        options_, Dependencies{time_, time_, random_, *strand_, files_, server_, *inbox_, host_});
    uplink_->Start();
  }
  void StartOnline() {
    StartUplink();
    time_.RunFor(absl::Seconds(30));
    ASSERT_EQ(uplink_->view().state, State::kOnline);
  }

  void AddRows(int count, size_t payload_bytes = 100) {
    std::vector<journal::Draft> drafts;
    for (int i = 0; i < count; ++i) {
      drafts.push_back({time_.Now(), 20, 1, "subject", std::string(payload_bytes, 'x')});
    }
    ASSERT_TRUE(journal_->Append(drafts).ok());
    if (uplink_) uplink_->Changed();
  }

  bool AllRowsArrived() const {
    return server_.rows.size() == journal_->head().seq && journal_->acked_through() == journal_->head().seq;
  }

  sim::VirtualTime time_;
  SeededRandom random_{42};
  std::string folder_;
  FakeServer server_;
  FlakyStateFiles files_;
  Options options_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::ExecutorStrand> strand_;
  std::unique_ptr<PolicyInbox> inbox_;
  FakeHost host_;
  std::unique_ptr<Uplink> uplink_;
};

}  // namespace holdfast::uplink
