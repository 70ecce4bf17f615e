#include "tests/agent/platform/local_servers.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/crypto/authority.h"

namespace holdfast::platform {
namespace {

int Bound(int type, const std::string& host, uint16_t* port) {
  const int fd = socket(AF_INET, type, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  EXPECT_EQ(inet_pton(AF_INET, host.c_str(), &address.sin_addr), 1);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

// False once the owner wants it to end.
bool AwaitReadable(int fd, int wake) {
  pollfd waiting[] = {{fd, POLLIN, 0}, {wake, POLLIN, 0}};
  while (poll(waiting, 2, -1) < 0) continue;
  return waiting[1].revents == 0;
}

void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

TcpServer::TcpServer(std::function<void(int fd)> serve, std::string host)
    : serve_(std::move(serve)), host_(std::move(host)), fd_(Bound(SOCK_STREAM, host_, &port_)) {
  EXPECT_EQ(listen(fd_, 8), 0);
  EXPECT_EQ(pipe(wake_), 0);
  thread_ = std::thread([this] { Run(); });
}

TcpServer::~TcpServer() {
  close(wake_[1]);
  thread_.join();
  close(wake_[0]);
  close(fd_);
}

std::string TcpServer::Url(const std::string& scheme, const std::string& path) const {
  return absl::StrCat(scheme, "://", endpoint().ToString(), path);
}

void TcpServer::Run() {
  BlockSignals();
  while (AwaitReadable(fd_, wake_[0])) {
    const int connection = accept(fd_, nullptr, nullptr);
    if (connection < 0) continue;
    serve_(connection);
    close(connection);
  }
}

std::function<void(int)> Answers(std::string bytes) {
  return [bytes = std::move(bytes)](int fd) {
    std::string request;
    char buffer[1024];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = read(fd, buffer, sizeof buffer);
      if (got <= 0) return;
      request.append(buffer, static_cast<size_t>(got));
    }
    EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  };
}

void StaysSilent(int fd) {
  char buffer[1024];
  while (read(fd, buffer, sizeof buffer) > 0) continue;
}

void Drips(int fd) {
  while (true) {
    if (send(fd, "H", 1, MSG_NOSIGNAL) <= 0) return;
    pollfd closed{fd, POLLRDHUP, 0};
    if (poll(&closed, 1, 5) > 0) return;
  }
}

TestIdentity::TestIdentity() {
  SystemRandom random;
  const WallTime now = SystemClock().Now().wall;
  const auto authority = crypto::Authority::Create("Test authority", now, random);
  const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
  EXPECT_TRUE(authority.ok() && key.ok());
  const auto certificate = authority->IssueServer(*key, {"127.0.0.1"}, now, absl::Hours(1), random);
  EXPECT_TRUE(certificate.ok()) << certificate.status();
  authority_pem = authority->certificate_pem();
  certificate_pem = *certificate;
  key_pem = key->ToPem();
  spki = ToHex(Sha256(key->PublicSpkiDer()));
}

std::function<void(int)> AnswersByTls(const TestIdentity& identity, std::string bytes) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const auto certificate = crypto::ParseCertificate(identity.certificate_pem);
  EXPECT_TRUE(certificate.ok());
  const crypto::BioPtr key_bio = crypto::ReadOnlyBio(identity.key_pem);
  const crypto::KeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ(SSL_CTX_use_certificate(context.get(), certificate->get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), key.get()), 1);
  return [context, bytes = std::move(bytes)](int fd) {
    const std::unique_ptr<SSL, crypto::FreeWith<SSL_free>> ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1) return;
    char buffer[1024];
    if (!bytes.empty() && SSL_read(ssl.get(), buffer, sizeof buffer) > 0) {
      SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
    }
    SSL_shutdown(ssl.get());
    StaysSilent(fd);
  };
}

DnsServer::DnsServer(std::string ipv4, bool another_first, std::string host)
    : ipv4_(std::move(ipv4)),
      another_first_(another_first),
      host_(std::move(host)),
      fd_(Bound(SOCK_DGRAM, host_, &port_)) {
  EXPECT_EQ(pipe(wake_), 0);
  thread_ = std::thread([this] { Run(); });
}

DnsServer::~DnsServer() {
  close(wake_[1]);
  thread_.join();
  close(wake_[0]);
  close(fd_);
}

std::string DnsServer::address() const {
  return absl::StrCat(host_, ":", port_);
}

void DnsServer::Run() {
  constexpr size_t kHeader = 12;
  char bytes[512];
  while (AwaitReadable(fd_, wake_[0])) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(fd_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < static_cast<ssize_t>(kHeader)) continue;
    std::string answer(bytes, static_cast<size_t>(got));
    answer[2] = static_cast<char>(answer[2] | 0x80);       // an answer
    answer[3] = static_cast<char>(ipv4_.empty() ? 3 : 0);  // no such name, or no error
    if (!ipv4_.empty()) {
      answer[7] = 1;  // one answer, to the name in the question
      answer.append("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04", 12);
      in_addr address{};
      inet_pton(AF_INET, ipv4_.c_str(), &address);
      answer.append(reinterpret_cast<const char*>(&address), sizeof address);
    }
    const auto send = [&](const std::string& message) {
      sendto(fd_, message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    };
    if (another_first_) {
      std::string other = answer;
      other[0] = static_cast<char>(other[0] ^ 0x55);
      send(other);
    }
    send(answer);
  }
}

}  // namespace holdfast::platform
