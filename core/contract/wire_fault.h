#pragma once

#include <cstdint>

namespace dbackup::contract {

/// What goes wrong on the wire between a plugin and its server.
struct WireFault {
    enum class Kind {
        None = 0,
        Delay,      ///< bytes come late
        Cut,        ///< the connection is closed
        Reset,      ///< the connection is reset (RST)
        Answer503,  ///< the client is answered 503 in the server's place, as an HTTP server would
        Swallow,    ///< the connection stays, and nothing more comes of either side
        Corrupt,    ///< a bit is flipped
    };

    Kind kind = Kind::None;
    /// How many bytes pass before it strikes, over all connections and both directions together (Answer503:
    /// of the client alone).
    std::uint64_t after_bytes = 0;
    /// Strikes one connection alone. Otherwise all goes wrong from then on; after Cut and Reset nobody
    /// listens.
    bool once = false;
};

/// "cut", "reset", ... as tests and logs say it.
const char* toString(WireFault::Kind kind);

}  // namespace dbackup::contract
