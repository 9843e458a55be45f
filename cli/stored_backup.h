#pragma once

#include <string>

#include "cli/json.h"
#include "cli/session.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace dbackup::cli {

/// Which backup a command is about: a destination and a path on it.
struct BackupChoice {
    std::string destination;
    std::string backup;
    std::string job;
};

/// The arguments DESTINATION and BACKUP, and --job.
void addBackupChoice(CLI::App& command, BackupChoice& choice);

struct StoredBackup {
    std::string destination_id;
    JsonObject::Ptr file;  ///< as GET /storage/:id/files has it
};

/// Finds it: by its path, by its name (the last part of the path) when one only has it, or the newest for
/// "latest".
/// @throws Failure NotFound, Usage
StoredBackup storedBackup(Session& session, const BackupChoice& choice);

}  // namespace dbackup::cli
