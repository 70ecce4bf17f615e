// Servers of this process on ports that the kernel picks, of loopback unless told otherwise: one connection,
// or one datagram, at a time, on a thread of their own that ends with them.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/crypto/openssl.h"
#include "core/policy/surroundings.h"

namespace holdfast::platform {

class TcpServer {
 public:
  // `serve` gets each accepted connection and need not close it.
  explicit TcpServer(std::function<void(int fd)> serve, std::string host = "127.0.0.1");
  ~TcpServer();
  Endpoint endpoint() const { return {host_, port_}; }
  std::string Url(const std::string& scheme, const std::string& path = "/") const;

 private:
  void Run();
  std::function<void(int)> serve_;
  const std::string host_;
  uint16_t port_ = 0;  // before fd_, whose making fills it in
  int fd_;
  int wake_[2];  // closing its write end ends everything that waits
  std::thread thread_;
};

// Reads a request's head and answers with these bytes.
std::function<void(int)> Answers(std::string bytes);
// Never says anything, until the other end closes.
void StaysSilent(int fd);
// One byte now and then for ever, until the other end closes.
void Drips(int fd);

// A server certificate for 127.0.0.1 by an authority of its own.
struct TestIdentity {
  TestIdentity();
  std::string authority_pem, certificate_pem, key_pem;
  std::string spki;  // SHA-256 in hex
};
// A TLS handshake, then as Answers.
std::function<void(int)> AnswersByTls(const TestIdentity& identity, std::string bytes = "");

// Answers each question with this address; an empty one: no such name.
class DnsServer {
 public:
  explicit DnsServer(std::string ipv4, bool another_first = false, std::string host = "127.0.0.1");
  ~DnsServer();
  std::string address() const;  // "HOST:PORT"

 private:
  void Run();
  const std::string ipv4_;
  const bool another_first_;  // an answer to somebody else's question comes before
  const std::string host_;
  uint16_t port_ = 0;  // before fd_, whose making fills it in
  int fd_;
  int wake_[2];
  std::thread thread_;
};

}  // namespace holdfast::platform
