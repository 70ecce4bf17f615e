// abseil asks for the local time zone's name through this header.
#pragma once
#include <CoreFoundation/CoreFoundation.h>
