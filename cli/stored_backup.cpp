#include "cli/stored_backup.h"

#include <CLI/CLI.hpp>

#include "cli/names.h"

namespace dbackup::cli {

void addBackupChoice(CLI::App& command, BackupChoice& choice) {
    command.add_option("DESTINATION", choice.destination, "Name or id of the destination")->required();
    command.add_option("BACKUP", choice.backup, "Path or name of the backup, or \"latest\"")->required();
    command.add_option("--job", choice.job, "With \"latest\": the newest of this job");
}

StoredBackup storedBackup(Session& session, const BackupChoice& choice) {
    const auto destination = named(destinations(session.rest()), choice.destination, "destination");
    StoredBackup backup{textAt(*destination, "id"), {}};
    const auto files = objectsIn(session.rest().get("/storage/" + encoded(backup.destination_id) + "/files"));
    std::size_t alike = 0;
    for (const auto& file : files) {
        if (!choice.job.empty() && textAt(*file, "jobName") != choice.job &&
            textAt(*file, "jobId") != choice.job)
            continue;
        if (textAt(*file, "path") == choice.backup) return {backup.destination_id, file};
        const bool is_meant = choice.backup == "latest" ? alike == 0 : textAt(*file, "name") == choice.backup;
        if (!is_meant) continue;
        ++alike;
        backup.file = file;
    }
    if (alike == 0) {
        throw Failure(ExitCode::NotFound,
                      "there is no backup \"" + choice.backup + "\"" +
                          (choice.job.empty() ? "" : " of job \"" + choice.job + "\"") + " on " +
                          choice.destination,
                      "dbackup backups " + choice.destination + " lists them");
    }
    if (alike > 1) {
        throw Failure(
            ExitCode::Usage, "several backups are called \"" + choice.backup + "\"", "give the whole path");
    }
    return backup;
}

}  // namespace dbackup::cli
