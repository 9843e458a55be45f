#include "core/orchestrator/scratch_folder.h"

#include <cerrno>

#include <stdlib.h>

#include "core/base/error.h"

namespace dbackup::orchestrator {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder(const fs::path& root, const Log& log) : log_(log) {
    std::error_code error;
    fs::create_directories(root, error);
    std::string pattern = (root / "run-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr) {
        throw systemError("cannot make a folder below " + root.string(), error ? error.value() : errno);
    }
    path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
    if (error) {
        log_.warning("cannot remove " + path_.string() + ": " + error.message());
    }
}

void ScratchFolder::removeStale(const fs::path& root, const Log& log) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error)) {
        std::error_code failed;
        fs::remove_all(entry.path(), failed);
        if (failed) log.warning("cannot remove " + entry.path().string() + ": " + failed.message());
    }
}

}  // namespace dbackup::orchestrator
