// A store in memory with one open transaction per statement list.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : store(*SqliteFleetStore::Open({.path = ":memory:"})) {}

  DeviceKey Add(const std::string& name, const std::string& group = "") {
    DeviceRecord d;
    d.id = Uuid::FromName(name);
    d.hardware.hostname = name;
    d.hardware.serial_number = "SERIAL-" + name;
    d.hardware.platform_uuid = "uuid-" + name;
    d.group = group;
    return *store->AddDevice(d);
  }

  std::unique_ptr<SqliteFleetStore> store;
};

}  // namespace holdfast::fleet
