#include "proto/wire/agent_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace holdfast::wire {
namespace {

SyncRequest FullRequest() {
  SyncRequest m;
  m.device_id = Uuid::FromName("device");
  m.message_number = 7;
  m.sent = {{{9}}, {100}, {200}};
  m.anchor = TimeAnchor{{{9}}, {90}, {195}, absl::Milliseconds(12)};
  m.head = {0xabcdef, 2, Sha256("head")};
  journal::Row row;
  row.epoch = m.head.epoch;
  row.seq = 2;
  row.at = m.sent;
  row.kind = 50;
  row.subject = "Corp";
  row.payload = std::string("\0bytes", 6);
  row.hash = Sha256("row");
  m.frame = RowFrame{Sha256("previous"), {row}};
  m.sections = {{"services", "body", Sha256("body")}};
  m.policy_id = Sha256("policy");
  m.policy_status = PolicyStatus{PolicyStatus::State::kFailed, 3, Sha256("policy"), "why"};
  m.goodbye = Goodbye::kSleep;
  m.agent_version = "0.1.0";
  m.features = {"a", "b"};
  m.hardware = {"C02", "UUID", "Mac16,1", "26.1", "25B1", "host"};
  m.quarantined = {{4, 5, "bad"}};
  m.trusted_keys = TrustedKeys{{"a1", "a2"}, {"p1"}, true};
  m.policy_key_id = "p1";
  return m;
}

TEST(AgentCodec, ASyncRequestSurvivesTheRoundTrip) {
  const SyncRequest in = FullRequest();
  auto out = FromProto(ToProto(in));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->device_id, in.device_id);
  EXPECT_EQ(out->message_number, 7u);
  EXPECT_EQ(out->sent, in.sent);
  EXPECT_EQ(out->anchor, in.anchor);
  EXPECT_EQ(out->head, in.head);
  ASSERT_TRUE(out->frame);
  EXPECT_EQ(out->frame->previous_hash, in.frame->previous_hash);
  EXPECT_EQ(out->frame->rows, in.frame->rows);
  ASSERT_EQ(out->sections.size(), 1u);
  EXPECT_EQ(out->sections[0].body, "body");
  EXPECT_EQ(out->policy_id, in.policy_id);
  EXPECT_EQ(out->policy_status->error, "why");
  EXPECT_EQ(out->goodbye, Goodbye::kSleep);
  EXPECT_EQ(out->features, in.features);
  EXPECT_EQ(out->hardware, in.hardware);
  EXPECT_EQ(out->quarantined[0].last_seq, 5u);
  EXPECT_EQ(out->trusted_keys, in.trusted_keys);
  EXPECT_EQ(out->policy_key_id, "p1");
}

TEST(AgentCodec, AnAgentThatDoesNotSayWhatItTrustsIsToldFromOneThatTrustsNothing) {
  SyncRequest request = FullRequest();
  request.trusted_keys.reset();
  EXPECT_FALSE(FromProto(ToProto(request))->trusted_keys.has_value());
  request.trusted_keys.emplace();
  EXPECT_TRUE(FromProto(ToProto(request))->trusted_keys.has_value());
}

TEST(AgentCodec, ASyncResponseSurvivesTheRoundTrip) {
  SyncResponse in;
  in.server_time = {123};
  in.epoch = 5;
  in.acked_through = 9;
  in.policy = PolicyBundle{"signed", "sig", "key"};
  in.heartbeat = absl::Seconds(90);
  in.want_full_state = true;
  in.policy_keys = {"k"};
  in.renew_certificate = true;
  auto out = FromProto(ToProto(in));
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->acked_through, 9u);
  EXPECT_EQ(out->policy, in.policy);
  EXPECT_EQ(out->heartbeat, absl::Seconds(90));
  EXPECT_TRUE(out->want_full_state);
  EXPECT_EQ(out->policy_keys, in.policy_keys);
  EXPECT_TRUE(out->renew_certificate);
}

TEST(AgentCodec, AFrameIsRefusedByItsDeclaredSizeBeforeItIsParsed) {
  auto message = ToProto(FullRequest());
  message.mutable_frame()->set_size(kMaxFrameBytes + 1);
  auto out = FromProto(message);
  EXPECT_EQ(ReasonOf(out.status()), ErrorReason::kTooLarge);
  EXPECT_EQ(out.status().code(), absl::StatusCode::kResourceExhausted) << "the one code of this reason";
}

TEST(AgentCodec, ASectionThatIsTooLargeIsNotHelpedByFewerRows) {
  auto message = ToProto(FullRequest());
  message.add_sections()->set_body(std::string(kMaxSectionBytes + 1, 'x'));
  EXPECT_EQ(ReasonOf(FromProto(message).status()), ErrorReason::kBadRequest);
}

TEST(AgentCodec, EachMethodThatNamesADeviceSaysThatItIsNone) {
  v1::RenewCertificateRequest renew;
  renew.set_device_id("not-a-uuid");
  EXPECT_EQ(ReasonOf(FromProto(renew).status()), ErrorReason::kBadRequest);
  v1::WatchRequest watch;
  watch.set_device_id("not-a-uuid");
  EXPECT_EQ(ReasonOf(FromProto(watch).status()), ErrorReason::kBadRequest);
}

TEST(AgentCodec, ANudgeSpreadsOverAnHourAtMost) {
  v1::WatchResponse nudge;
  nudge.set_max_jitter_ns(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(FromProto(nudge).max_jitter, absl::Hours(1));
  nudge.set_max_jitter_ns(-1);
  EXPECT_EQ(FromProto(nudge).max_jitter, absl::ZeroDuration());
}

TEST(AgentCodec, WrongSizesAndUnknownEncodingsAreBadRequestsThatNameTheField) {
  auto message = ToProto(FullRequest());
  message.mutable_frame()->set_size(message.frame().size() + 1);
  EXPECT_EQ(ReasonOf(FromProto(message).status()), ErrorReason::kBadRequest);

  message = ToProto(FullRequest());
  message.mutable_frame()->set_encoding(v1::RowFrame::ENCODING_UNSPECIFIED);
  EXPECT_NE(FromProto(message).status().message().find("frame.encoding"), absl::string_view::npos);

  message = ToProto(FullRequest());
  message.set_boot_id("short");
  EXPECT_NE(FromProto(message).status().message().find("boot_id"), absl::string_view::npos);

  message = ToProto(FullRequest());
  message.set_device_id("not-a-uuid");
  EXPECT_EQ(ReasonOf(FromProto(message).status()), ErrorReason::kBadRequest);
}

}  // namespace
}  // namespace holdfast::wire
