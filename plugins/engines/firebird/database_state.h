#pragma once

#include <cstdint>
#include <string>

#include "client_tools.h"

namespace dbackup::firebird {

/// What a database says of itself.
struct DatabaseState {
    std::string path;     ///< on the server's machine
    std::string version;  ///< of the server: "3.0.11"
    std::string ods;      ///< of the file's structure: "12.0"
    std::string charset;
    std::string owner;
    int page_size = 0;
    int dialect = 0;
    int shutdown_mode = 0;  ///< 0 = online
    std::uint64_t pages = 0;
    std::uint64_t objects = 0;  ///< tables, views, procedures, ... that are not the server's own
    std::uint64_t others = 0;   ///< connections beside ours, as far as the account sees them

    std::uint64_t bytes() const { return pages * static_cast<std::uint64_t>(page_size); }
    /// For the manifest.
    std::string toJson() const;

    /// @throws Error NotFound, Authentication, Permission, Unavailable, ...
    static DatabaseState look(const ClientTools& tools,
                              const ServerSettings& server,
                              const std::string& database);
    /// From the lines "key=value" that isql prints.
    static DatabaseState fromText(const std::string& text);
};

}  // namespace dbackup::firebird
