#include <dbackup/sdk/plugin.h>

#include "engine_settings_schema.h"
#include "folder_engine.h"
#include "plain_folder_target.h"
#include "target_settings_schema.h"

namespace {

using dbackup::sdk::component;

constexpr auto engine = component<FolderEngine>(
    "folder", "Folder of files", engine_settings_schema, R"({"formats":["bin"],"restore":true})");
constexpr auto target = component<PlainFolderTarget>(
    "plain-folder", "Plain folder", target_settings_schema, R"({"ranges":true})");
constexpr const dbackup_component* components[] = {&engine, &target, nullptr};

}  // namespace

DBACKUP_PLUGIN_BY("folder", "1.0.0", "Example Ltd", "MIT", "https://example.com/folder", components)
