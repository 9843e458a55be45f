#include <dbackup/sdk/plugin.h>

#include "empty_schema.h"
#include "hostile_engines.h"
#include "scripted_engine.h"
#include "scripted_schema.h"

namespace {

using dbackup::test::CreateThrows;
using dbackup::test::CreateThrowsStandard;
using dbackup::test::DumpHostile;
using dbackup::test::Hostility;
using dbackup::test::ScriptedEngine;

constexpr const char* restorable = R"({"formats":["bin"],"restore":true})";
constexpr const char* dumps_only = R"({"formats":["bin"]})";

template <class Engine>
constexpr dbackup_component hostile(const char* id) {
    return dbackup::sdk::component<Engine>(id, "Hostile", empty_schema, dumps_only);
}

constexpr auto scripted =
    dbackup::sdk::component<ScriptedEngine>("scripted", "Scripted", scripted_schema, restorable);
constexpr auto crash = hostile<DumpHostile<Hostility::Crash>>("hostile-crash");
constexpr auto throw_int = hostile<DumpHostile<Hostility::ThrowInt>>("hostile-throw-int");
constexpr auto throw_string = hostile<DumpHostile<Hostility::ThrowString>>("hostile-throw-string");
constexpr auto hang = hostile<DumpHostile<Hostility::Hang>>("hostile-hang");
constexpr auto endless = hostile<DumpHostile<Hostility::Endless>>("hostile-endless");
constexpr auto leak = hostile<DumpHostile<Hostility::Leak>>("hostile-leak");
constexpr auto empty = hostile<DumpHostile<Hostility::Empty>>("hostile-empty");
constexpr auto unfinished = hostile<DumpHostile<Hostility::Unfinished>>("hostile-unfinished");
constexpr auto create_int = hostile<CreateThrows>("hostile-create-int");
constexpr auto create_standard = hostile<CreateThrowsStandard>("hostile-create-standard");

constexpr const dbackup_component* components[] = {
    &scripted,
    &crash,
    &throw_int,
    &throw_string,
    &hang,
    &endless,
    &leak,
    &empty,
    &unfinished,
    &create_int,
    &create_standard,
    nullptr,
};

}  // namespace

DBACKUP_PLUGIN("hostile", "1.0.0", components)
