#pragma once

#include <set>
#include <string>
#include <string_view>

#include <dbackup/sdk/streams.h>

namespace dbackup::postgres {

/// What a server has already of what a script of pg_dumpall would make.
struct PresentGlobals {
    std::set<std::string> roles;
    std::set<std::string> tablespaces;
    std::string account;  ///< the role that restores
};

/// The script of pg_dumpall --globals-only, fitted to a server: what is there already is not made again, the
/// attributes and the password of the restoring account itself stay as they are, and everything is one
/// transaction (up to the tablespaces, which cannot be made in one). [one thread]
class GlobalsScript final : public sdk::ByteSource {
public:
    /// @param source  must outlive the object
    GlobalsScript(sdk::ByteSource& source, PresentGlobals present);

    std::size_t read(std::span<std::byte> into) override;

private:
    void takeLines(bool ended);
    void addLine(std::string_view line);

    sdk::ByteSource& source_;
    PresentGlobals present_;
    std::string pending_;
    std::string ready_;
    bool ended_ = false;
};

}  // namespace dbackup::postgres
