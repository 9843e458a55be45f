#include "core/base/log.h"

#include <array>
#include <cstdlib>
#include <string>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/error.h"

namespace dbackup {

namespace {

struct LevelName {
    Log::Level level;
    std::string_view name;
    std::string_view priority;  // syslog(3) priorities as journald reads them from a stream, sd-daemon(3)
};

constexpr LevelName level_names[] = {
    {Log::Level::Debug, "debug", "<7>"},
    {Log::Level::Info, "info", "<6>"},
    {Log::Level::Warning, "warning", "<4>"},
    {Log::Level::Error, "error", "<3>"},
};

const LevelName& nameOf(Log::Level level) {
    for (const auto& entry : level_names) {
        if (entry.level == level) return entry;
    }
    return level_names[1];
}

/// Has the service manager connected standard error to the journal (systemd.exec(5), JOURNAL_STREAM)?
bool isJournal() {
    const char* stream =
        std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    struct stat status {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

/// @return false when the journal does not take it
bool sendToJournal(const LevelName& level, const std::string& text, std::string_view context) {
    const std::string priority = "PRIORITY=" + std::string(level.priority.substr(1, 1));
    const std::string message = "MESSAGE=" + text;
    const std::size_t equals = context.find('=');
    const std::string execution = equals == std::string_view::npos
                                      ? std::string()
                                      : "DBACKUP_EXECUTION=" + std::string(context.substr(equals + 1));
    const auto field = [](const std::string& value) {
        return iovec{const_cast<char*>(value.data()), value.size()};
    };
    const std::array<iovec, 4> fields{field(priority),
                                      field(message),
                                      iovec{const_cast<char*>("SYSLOG_IDENTIFIER=dbackupd"), 26},
                                      field(execution)};
    return sd_journal_sendv(fields.data(), execution.empty() ? 3 : 4) == 0;
}

}  // namespace

Log::Log(Level level) : level_(level), terminal_(isatty(STDERR_FILENO) != 0), journal_(isJournal()) {}

void Log::write(Level level, std::string_view message, std::string_view context) const {
    if (level < level_) {
        return;
    }
    const LevelName& name = nameOf(level);
    // One entry is one line, whatever a database server put into its error.
    std::string text(message);
    for (char& each : text) {
        if (static_cast<unsigned char>(each) < 0x20U) each = ' ';
    }
    if (journal_ && sendToJournal(name, text, context)) return;
    std::string line;
    if (!terminal_) line += name.priority;
    line += toIso(SystemClock().now()) + ' ';
    line += name.name;
    line += ' ';
    if (!context.empty()) {
        line += context;
        line += ' ';
    }
    line += text + '\n';
    // A log that cannot be written has nowhere to complain to.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

Log::Level Log::levelFrom(std::string_view name) {
    for (const auto& entry : level_names) {
        if (entry.name == name) return entry.level;
    }
    throw Error(ErrorKind::Settings,
                "'" + std::string(name) + "' is not a log level",
                "use debug, info, warning or error");
}

}  // namespace dbackup
