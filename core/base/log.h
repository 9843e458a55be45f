#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace dbackup {

/// The service's log: one line per entry on standard error, with a priority that journald understands
/// ("<6>") when it is not a terminal. [thread-safe]
class Log {
public:
    enum class Level { None = 0, Debug, Info, Warning, Error };

    /// @param level  what is below it is dropped
    explicit Log(Level level);
    /// From now on what is below this level is dropped.
    void setLevel(Level level) noexcept { level_ = level; }
    /// @param context  "execution=ID", or empty; in the journal a field of its own, DBACKUP_EXECUTION
    void write(Level level, std::string_view message, std::string_view context = {}) const;
    void debug(std::string_view message, std::string_view context = {}) const {
        write(Level::Debug, message, context);
    }
    void info(std::string_view message, std::string_view context = {}) const {
        write(Level::Info, message, context);
    }
    void warning(std::string_view message, std::string_view context = {}) const {
        write(Level::Warning, message, context);
    }
    void error(std::string_view message, std::string_view context = {}) const {
        write(Level::Error, message, context);
    }

    /// "debug", "info", "warning", "error". @throws Error Settings
    static Level levelFrom(std::string_view name);

private:
    std::atomic<Level> level_;
    bool terminal_;
    bool journal_;  ///< standard error is the journal's: entries go there with fields
};

}  // namespace dbackup
