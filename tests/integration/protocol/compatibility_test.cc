// Point 17: the protocol's files keep what proto/released promises. `./dev lint` asks buf the same, and for
// its style.
#include "tests/integration/protocol/compatibility.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "base/file.h"
#include "holdfast/v1/admin_service.pb.h"
#include "holdfast/v1/agent_service.pb.h"
#include "holdfast/v1/event.pb.h"
#include "holdfast/v1/local_control.pb.h"
#include "holdfast/v1/policy.pb.h"

namespace holdfast::protocol {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void AddWithImports(const FileDescriptor& file, FileDescriptorSet& out) {
  for (const auto& had : out.file()) {
    if (had.name() == file.name()) return;
  }
  for (int i = 0; i < file.dependency_count(); ++i) AddWithImports(*file.dependency(i), out);
  auto* added = out.add_file();
  file.CopyTo(added);
  file.CopyJsonNameTo(added);
}

// As this build has it.
FileDescriptorSet Now() {
  FileDescriptorSet now;
  for (const FileDescriptor* file :
       {v1::SyncRequest::descriptor()->file(), v1::Device::descriptor()->file(),
        v1::VerdictChanged::descriptor()->file(), v1::GetStatusResponse::descriptor()->file(),
        v1::Policy::descriptor()->file()}) {
    AddWithImports(*file, now);
  }
  return now;
}

std::vector<std::filesystem::path> Released() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator("proto/released")) {
    if (entry.path().extension() == ".binpb") found.push_back(entry.path());
  }
  return found;
}

TEST(Compatibility, WhatWasReleasedIsKept) {
  const auto released = Released();
  ASSERT_FALSE(released.empty());
  for (const auto& path : released) {
    const auto bytes = ReadFile(path.string());
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    FileDescriptorSet promised;
    ASSERT_TRUE(promised.ParseFromString(*bytes)) << path;
    int ours = 0;
    for (const auto& file : promised.file()) ours += file.package() == "holdfast.v1";
    EXPECT_GE(ours, 5) << path << " lacks files of the protocol";
    EXPECT_THAT(Broken(promised, Now()), IsEmpty()) << path;
  }
}

// A checker that finds nothing would let everything through.
TEST(Compatibility, EveryKindOfBreakIsFound) {
  const auto broken_by = [](const std::function<void(FileDescriptorSet&)>& change) {
    FileDescriptorSet changed = Now();
    change(changed);
    return Broken(Now(), changed);
  };
  const auto file = [](FileDescriptorSet& set, const std::string& name) {
    for (auto& f : *set.mutable_file()) {
      if (f.name() == "holdfast/v1/" + name) return &f;
    }
    return set.mutable_file(0);
  };
  const auto message = [&](FileDescriptorSet& set, const std::string& name) -> DescriptorProto* {
    for (auto& m : *file(set, "agent_service.proto")->mutable_message_type()) {
      if (m.name() == name) return &m;
    }
    return nullptr;
  };
  EXPECT_THAT(broken_by([](FileDescriptorSet&) {}), IsEmpty());
  EXPECT_THAT(
      broken_by([&](FileDescriptorSet& s) { message(s, "WatchResponse")->mutable_field(0)->set_number(9); }),
      Contains(HasSubstr("field 1 of holdfast.v1.WatchResponse is gone")));
  EXPECT_THAT(broken_by([&](FileDescriptorSet& s) {
                message(s, "WatchResponse")->mutable_field(0)->set_name("wait");
              }),
              Contains(HasSubstr("and is wait")));
  EXPECT_THAT(broken_by([&](FileDescriptorSet& s) {
                message(s, "WatchResponse")
                    ->mutable_field(0)
                    ->set_type(google::protobuf::FieldDescriptorProto::TYPE_INT32);
              }),
              Contains(HasSubstr("was int64 and is int32")));
  EXPECT_THAT(broken_by([&](FileDescriptorSet& s) {
                message(s, "Row")->mutable_field(0)->set_label(
                    google::protobuf::FieldDescriptorProto::LABEL_REPEATED);
              }),
              Contains(HasSubstr("repeated")));
  EXPECT_THAT(broken_by([&](FileDescriptorSet& s) {
                file(s, "agent_service.proto")->mutable_service(0)->mutable_method()->DeleteSubrange(0, 1);
              }),
              Contains(HasSubstr("method holdfast.v1.AgentService.Enroll is gone")));
  EXPECT_THAT(
      broken_by([&](FileDescriptorSet& s) {
        file(s, "agent_service.proto")->mutable_service(0)->mutable_method(1)->set_server_streaming(true);
      }),
      Contains(HasSubstr("takes or gives something else")));
  EXPECT_THAT(
      broken_by([&](FileDescriptorSet& s) {
        file(s, "agent_service.proto")->mutable_enum_type(0)->mutable_value(1)->set_name("GOODBYE_NAP");
      }),
      Contains(HasSubstr("is not GOODBYE_SLEEP any more")));
}

}  // namespace
}  // namespace holdfast::protocol
