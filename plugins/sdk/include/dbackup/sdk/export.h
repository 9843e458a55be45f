#pragma once

/// Marks what libdbackup-sdk.so exports, typeinfo of exceptions included.
#define DBACKUP_SDK_EXPORT __attribute__((visibility("default")))
