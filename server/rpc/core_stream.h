// A server stream whose state lives on the core thread: gRPC's callbacks only post. It owns itself until gRPC
// is done with it; whoever sends holds a shared_ptr and may keep it longer.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "base/executor.h"

namespace holdfast::server {

template <class Message>
class CoreStream final : public grpc::ServerWriteReactor<Message>,
                         public std::enable_shared_from_this<CoreStream<Message>> {
 public:
  // The executor must outlive the gRPC server that the stream belongs to.
  static std::shared_ptr<CoreStream> Create(Executor& executor) {
    auto stream = std::shared_ptr<CoreStream>(new CoreStream(executor));
    stream->self_ = stream;
    return stream;
  }

  // Runs on the core thread when the peer has gone, once; not after Close. Set it before anything is sent.
  void OnGone(std::function<void()> gone) { gone_ = std::move(gone); }

  // Core thread. Tells the peer that its stream is accepted, before there is a message. At most once.
  void Open() {
    if (!closing_) this->StartSendInitialMetadata();
  }
  // Core thread. Messages wait for the ones before them; after Close they are ignored.
  void Send(Message message) {
    if (closing_) return;
    waiting_.push_back(std::move(message));
    WriteNext();
  }
  // Core thread. What was not sent yet is dropped.
  void Close(const grpc::Status& status) {
    if (std::exchange(closing_, true)) return;
    gone_ = nullptr;
    status_ = status;
    FinishWhenIdle();
  }
  // Core thread: messages not handed to gRPC yet.
  size_t backlog() const { return waiting_.size(); }

  void OnWriteDone(bool ok) override {
    executor_.Post([self = this->shared_from_this(), ok] { self->Wrote(ok); });
  }
  void OnCancel() override {
    executor_.Post([self = this->shared_from_this()] { self->Gone(); });
  }
  void OnDone() override { self_.reset(); }

 private:
  explicit CoreStream(Executor& executor) : executor_(executor) {}

  void WriteNext() {
    if (writing_ || closing_ || waiting_.empty()) return;
    writing_ = true;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    this->StartWrite(&current_);
  }
  void Wrote(bool ok) {
    writing_ = false;
    if (!ok) Gone();
    FinishWhenIdle();
    WriteNext();
  }
  void Gone() {
    if (closing_) return;
    const std::function<void()> gone = std::exchange(gone_, nullptr);
    Close(grpc::Status::CANCELLED);
    if (gone) gone();
  }
  void FinishWhenIdle() {
    if (!closing_ || writing_ || std::exchange(finished_, true)) return;
    waiting_.clear();
    this->Finish(status_);
  }

  Executor& executor_;
  std::shared_ptr<CoreStream> self_;  // until OnDone
  // Core thread only:
  std::function<void()> gone_;
  std::deque<Message> waiting_;
  Message current_;
  grpc::Status status_;
  bool writing_ = false;
  bool closing_ = false;
  bool finished_ = false;
};

}  // namespace holdfast::server
