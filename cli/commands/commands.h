#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace dbackup::cli {

class Session;

// One function for each verb adds it to the command line; each lives in commands/<verb>.cpp. The verb's
// action is left in the session when it was chosen.
void addRunCommand(CLI::App& app, Session& session);
void addJobsCommand(CLI::App& app, Session& session);
void addSourcesCommand(CLI::App& app, Session& session);       // adapters.cpp
void addDestinationsCommand(CLI::App& app, Session& session);  // adapters.cpp
void addExecutionsCommand(CLI::App& app, Session& session);
void addLogsCommand(CLI::App& app, Session& session);
void addCancelCommand(CLI::App& app, Session& session);
void addBackupsCommand(CLI::App& app, Session& session);
void addRestoreCommand(CLI::App& app, Session& session);
void addVerifyCommand(CLI::App& app, Session& session);
void addDownloadCommand(CLI::App& app, Session& session);
void addKeysCommand(CLI::App& app, Session& session);
void addSettingsCommand(CLI::App& app, Session& session);
void addPluginsCommand(CLI::App& app, Session& session);
void addDoctorCommand(CLI::App& app, Session& session);
void addApplyCommand(CLI::App& app, Session& session);  // and diff
void addExportCommand(CLI::App& app, Session& session);
void addCompletionCommand(CLI::App& app, Session& session);
void addManCommand(CLI::App& app, Session& session);  // completion.cpp; hidden, for the build of the manual

}  // namespace dbackup::cli
