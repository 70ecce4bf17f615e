// The messages of system power that the programs know. Values: IOKit's common messages, 0xE0000000 and a
// number.
#pragma once
#define kIOMessageSystemWillPowerOff 0xE0000250u
#define kIOMessageCanSystemSleep 0xE0000270u
#define kIOMessageSystemWillSleep 0xE0000280u
#define kIOMessageSystemHasPoweredOn 0xE0000300u
#define kIOMessageSystemWillRestart 0xE0000310u
