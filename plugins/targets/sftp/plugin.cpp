#include <dbackup/sdk/plugin.h>

#include "settings_schema.h"
#include "sftp_target.h"

namespace {

constexpr const char* capabilities = R"json({"ranges": true})json";

constexpr dbackup_component target =
    dbackup::sdk::component<dbackup::sftp::SftpTarget>("sftp", "SFTP", settings_schema, capabilities);
constexpr const dbackup_component* components[] = {&target, nullptr};

}  // namespace

DBACKUP_PLUGIN("sftp", "0.1.0", components)
