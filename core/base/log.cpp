#include "core/base/log.h"

#include <string>

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

}  // namespace

Log::Log(Level level) : level_(level), journald_(isatty(STDERR_FILENO) == 0) {}

void Log::write(Level level, std::string_view message, std::string_view context) const {
    if (level < level_) {
        return;
    }
    const LevelName& name = nameOf(level);
    std::string line;
    if (journald_) {
        line += name.priority;
    }
    line += toIso(SystemClock().now());
    line += ' ';
    line += name.name;
    line += ' ';
    if (!context.empty()) {
        line += context;
        line += ' ';
    }
    const std::size_t start = line.size();
    line += message;
    // One entry is one line, whatever a database server put into its error.
    for (std::size_t i = start; i < line.size(); ++i) {
        if (static_cast<unsigned char>(line[i]) < 0x20U) line[i] = ' ';
    }
    line += '\n';
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
