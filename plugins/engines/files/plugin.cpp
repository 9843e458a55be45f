#include <dbackup/sdk/plugin.h>

#include "files_engine.h"
#include "settings_schema.h"

namespace {

using dbackup::files::FilesEngine;

constexpr const char capabilities[] =
    R"json({"formats":["tar"],"restore":true,"selection":true,"owners":true})json";

constinit const dbackup_component engine =
    dbackup::sdk::component<FilesEngine>("files", "Files", settings_schema, capabilities);

constinit const dbackup_component* const components[] = {&engine, nullptr};

}  // namespace

DBACKUP_PLUGIN("files", "0.1.0", components)
