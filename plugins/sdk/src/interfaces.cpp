#include "dbackup/sdk/channel.h"
#include "dbackup/sdk/engine.h"
#include "dbackup/sdk/engine_extensions.h"
#include "dbackup/sdk/target.h"
#include "dbackup/sdk/target_extensions.h"

namespace dbackup::sdk {

// Out of line, so that vtables and typeinfo exist once, in the SDK library.
DatabaseEngine::~DatabaseEngine() = default;
ObjectWriter::~ObjectWriter() = default;
ObjectReader::~ObjectReader() = default;
StorageTarget::~StorageTarget() = default;
NotificationChannel::~NotificationChannel() = default;
DumpInput::~DumpInput() = default;
RestoreObjects::~RestoreObjects() = default;
BatchRemove::~BatchRemove() = default;
Presign::~Presign() = default;

void* DatabaseEngine::extension(std::string_view /*id*/) noexcept {
    return nullptr;
}
void* StorageTarget::extension(std::string_view /*id*/) noexcept {
    return nullptr;
}

}  // namespace dbackup::sdk
