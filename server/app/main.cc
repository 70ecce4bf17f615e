#include "server/app/admin_token.h"
#include "server/app/flags.h"
#include "server/app/serve.h"
#include "server/app/signals.h"

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto flags = holdfast::server::ParseServerFlags(argc, argv, &exit_code);
  if (!flags) return exit_code;
  if (!flags->new_admin_token.empty()) return holdfast::server::MakeAdminToken(*flags);
  holdfast::server::SignalWaiter signals({SIGTERM, SIGINT});
  return holdfast::server::Serve(*flags, [&] { signals.Wait(); });
}
