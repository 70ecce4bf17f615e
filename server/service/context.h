// What every part of ServerCore stands on.
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "server/service/certificate_issuer.h"
#include "server/service/key_custody.h"
#include "server/service/server_core.h"
#include "storage/fleet/store.h"

namespace holdfast::server {

struct Context {
  Clock& clock;
  RandomSource& random;
  fleet::FleetStore& store;
  CertificateIssuer& issuer;
  ServerOptions options;
  KeyCustody* custody = nullptr;  // of the issuer's keys; nullptr: they never change

  ServerTime Now() const { return {clock.Now().wall.ns}; }
};

}  // namespace holdfast::server
