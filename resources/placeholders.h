#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <Poco/Dynamic/Var.h>

#include "resources/fault.h"

namespace dbackup::resources {

/// Puts in what `${env:NAME}` and `${file:PATH}` stand for, in every text of a document. `$${` is a plain
/// `${`. A file's last line feed does not count; its path may be relative to the document's folder.
class Placeholders {
public:
    using Environment = std::function<std::optional<std::string>(const std::string& name)>;

    /// @param folder  of the document
    /// @param keep_missing  leave a member out whose whole value is a placeholder that has none; the server
    ///        then keeps the secret that it has
    Placeholders(Environment environment, std::filesystem::path folder, bool keep_missing);

    /// @param where  names the document in faults
    /// @throws Fault for what cannot be put in, with all of them, a line each
    Poco::Dynamic::Var resolve(const Poco::Dynamic::Var& value, const std::string& where) const;

private:
    class Walk;

    Environment environment_;
    std::filesystem::path folder_;
    bool keep_missing_;
};

/// The variables of this process.
Placeholders::Environment processEnvironment();

}  // namespace dbackup::resources
