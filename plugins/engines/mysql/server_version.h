#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace dbackup::mysql {

/// Version and flavour of a server or a tool.
struct ServerVersion {
    bool mariadb = false;
    int major = 0;
    int minor = 0;
    int patch = 0;

    /// From what VERSION() gives: "10.11.19-MariaDB-0+deb12u1-log", "8.0.36". All zero when it is no version.
    static ServerVersion ofServer(std::string_view text);
    /// From what `mariadb-dump --version` or `mysqldump --version` prints.
    static ServerVersion ofTool(std::string_view text);

    bool known() const { return major > 0; }
    bool atLeast(int wanted_major, int wanted_minor, int wanted_patch = 0) const;
    /// "10.11.19"
    std::string text() const;
    /// "MariaDB" | "MySQL"
    std::string flavour() const { return mariadb ? "MariaDB" : "MySQL"; }
};

}  // namespace dbackup::mysql
