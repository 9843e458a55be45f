#pragma once

#include "core/contract/dump_file.h"
#include "core/contract/subject.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

/// All checks of an engine. The subject outlives the suite.
void addEngineChecks(Suite& suite, const Subject& subject);

// Their parts, one file each.
void addSettingsChecks(Suite& suite, const Subject& subject);  // also for targets
void addEngineDumpChecks(Suite& suite, const Subject& subject);
void addEngineStopChecks(Suite& suite, const Subject& subject);
void addEngineConnectionChecks(Suite& suite, const Subject& subject);
void addEngineToolChecks(Suite& suite, const Subject& subject);
void addEngineRestoreChecks(Suite& suite, const Subject& subject);
void addEngineMemoryChecks(Suite& suite, const Subject& subject);

/// The database that the check file names, or the engine's first. @throws Broken when it has none
std::string checkedDatabase(const Subject& subject);
/// One dump of a database with a configured engine.
void dump(sdk::DatabaseEngine& engine, const std::string& database, DumpFile& output, CheckRun& run);
/// A dump that must fail: with a typed error, nothing finished, nothing left, no secret told. Gives the
/// error.
sdk::Error failedDump(const Subject& subject,
                      const std::string& database,
                      DumpFile& output,
                      CheckRun& run,
                      const JsonObject& changes = JsonObject());

}  // namespace dbackup::contract
