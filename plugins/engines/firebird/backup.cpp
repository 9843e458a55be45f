#include "backup.h"

#include "failure.h"

namespace dbackup::firebird {

namespace {

sdk::Command backupCommand(const ServerSettings& server, const std::string& database, sdk::RunContext& run) {
    sdk::Command command = ClientTools(server, run).gbak();
    // Not by the service manager: it hands out large tables at a quarter of the speed, does not tell how many
    // bytes there were, and works on when its client is gone. Reading needs no garbage collected (-g).
    command.args({"-b", "-v", "-g", "-nodbtriggers", server.address(database), "stdout"});
    return command;
}

}  // namespace

Backup::Backup(const ServerSettings& server, std::string database, sdk::RunContext& run)
    : server_(server), database_(std::move(database)), process_(backupCommand(server, database_, run), run) {}

std::size_t Backup::read(std::span<std::byte> into) {
    const std::size_t got = process_.read(into);
    check_.update(into.first(got));
    if (got == 0) requireComplete();
    return got;
}

void Backup::requireComplete() {
    const sdk::ExitStatus status = process_.wait();
    const std::string words = process_.errorText();
    if (!status.ok()) {
        throw failure(
            server_, "the backup of database '" + database_ + "' failed (" + status.text() + ")", words);
    }
    check_.requireComplete(words);
}

}  // namespace dbackup::firebird
