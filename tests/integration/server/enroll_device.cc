// enroll_device ENROLLMENT_STRING CA_FILE NAME ROWS: a device that enrolls, reports ROWS rows and leaves. For
// tests in other languages.

#include <cstdio>

#include "absl/strings/numbers.h"
#include "base/enrollment.h"
#include "base/file.h"
#include "tests/server/test_agent.h"

int main(int argc, char** argv) {
  int rows = 0;
  if (argc != 5 || !absl::SimpleAtoi(argv[4], &rows)) return 2;
  const auto enrollment = holdfast::EnrollmentString::Parse(argv[1]);
  const auto ca = holdfast::ReadFile(argv[2]);
  if (!enrollment.ok() || !ca.ok()) return 2;
  holdfast::TestAgent agent(enrollment->server.port, *ca, argv[3]);
  if (const auto enrolled = agent.Enroll(enrollment->token); !enrolled.ok()) {
    std::fprintf(stderr, "%s\n", enrolled.status().ToString().c_str());
    return 1;
  }
  agent.Append(rows);
  if (const auto synced = agent.Sync(); !synced.ok()) {
    std::fprintf(stderr, "%s\n", synced.status().ToString().c_str());
    return 1;
  }
  std::printf("%s\n", agent.device().ToString().c_str());
  return 0;
}
