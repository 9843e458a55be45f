#include "dbackup/sdk/channel.h"
#include "dbackup/sdk/engine.h"
#include "dbackup/sdk/target.h"

namespace dbackup::sdk {

// Out of line, so that vtables and typeinfo exist once, in the SDK library.
DatabaseEngine::~DatabaseEngine() = default;
ObjectWriter::~ObjectWriter() = default;
ObjectReader::~ObjectReader() = default;
StorageTarget::~StorageTarget() = default;
NotificationChannel::~NotificationChannel() = default;

void* DatabaseEngine::extension(std::string_view /*id*/) noexcept {
    return nullptr;
}
void* StorageTarget::extension(std::string_view /*id*/) noexcept {
    return nullptr;
}

}  // namespace dbackup::sdk
