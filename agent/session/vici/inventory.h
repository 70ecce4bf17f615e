// What charon's messages say about connections and security associations, as plain values. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/session/vici/codec.h"
#include "core/facts.h"

namespace holdfast::vici {

// One service is one child of one connection.
struct ViciService {
  std::string connection;
  std::string child;
  ServiceFacts facts;
  friend bool operator==(const ViciService&, const ViciService&) = default;
};

// From the events of list-conns; by id.
std::vector<ViciService> ServicesOf(const std::vector<Section>& list_conn_events);

// One CHILD_SA inside one IKE_SA. Ids are charon's, unique while it runs.
struct SecurityAssociation {
  std::string connection;
  std::string child;
  std::string ike_id;
  std::string child_id;
  bool carries_traffic = false;  // installed, in an IKE_SA that stands
  friend bool operator==(const SecurityAssociation&, const SecurityAssociation&) = default;
};

// From one list-sa, child-updown or ike-updown event.
std::vector<SecurityAssociation> AssociationsOf(const Section& event);
// Bytes that came in through all CHILD_SAs of that name, from list-sa events.
uint64_t BytesIn(const std::vector<Section>& list_sa_events, absl::string_view child);
// Ids of the IKE_SAs that an event is about.
std::vector<std::string> IkeIdsOf(const Section& event);

}  // namespace holdfast::vici
