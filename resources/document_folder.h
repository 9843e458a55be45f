#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <Poco/JSON/Object.h>

#include "resources/placeholders.h"

namespace dbackup::resources {

/// One resource as it was written down, placeholders resolved.
struct Document {
    std::string origin;  ///< "jobs.yaml:12"
    Poco::JSON::Object::Ptr body;
};

struct FolderOptions {
    Placeholders::Environment environment;
    bool keep_missing = false;  ///< see Placeholders
    /// Refuse files that group or others may write to, for who reads on behalf of a privileged process.
    bool refuse_writable = false;
};

/// Reads one file, or all *.yaml, *.yml and *.json of a folder and those below it, in order of name; hidden
/// ones are left out.
/// @throws Fault with all faults, a line each
std::vector<Document> loadDocuments(const std::filesystem::path& path, const FolderOptions& options);

}  // namespace dbackup::resources
