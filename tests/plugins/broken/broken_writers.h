#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

/// A sound writer with the fault of that name around it; the sound one itself for any other name.
std::unique_ptr<dbackup::sdk::ObjectWriter> brokenWriter(std::string_view fault,
                                                         std::unique_ptr<dbackup::sdk::ObjectWriter> sound,
                                                         dbackup::sdk::RunContext& run);
/// The same for readers.
std::unique_ptr<dbackup::sdk::ObjectReader> brokenReader(std::string_view fault,
                                                         std::unique_ptr<dbackup::sdk::ObjectReader> sound);
/// Wants a writer that replaces.
std::unique_ptr<dbackup::sdk::ObjectWriter> twoStepWriter(std::unique_ptr<dbackup::sdk::ObjectWriter> sound,
                                                          std::function<bool()> is_taken);
/// Throws NoSpace once an object has more bytes.
std::unique_ptr<dbackup::sdk::ObjectWriter> limitedWriter(std::unique_ptr<dbackup::sdk::ObjectWriter> sound,
                                                          std::uint64_t room,
                                                          dbackup::sdk::ErrorKind kind);
