#include "folder_restore.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "archive_reader.h"
#include "confined.h"
#include "extractor.h"
#include "names.h"
#include "placement.h"

namespace dbackup::files {

using sdk::Error;
using sdk::ErrorKind;
using sdk::UniqueFd;

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/// The folder that has the target in it, and the target's name there.
struct Parent {
    UniqueFd folder;
    std::string name;
};

Parent parentOfTarget(const RestoreTarget& target) {
    Parent parent;
    if (target.below.empty()) {
        const std::string above(parentOf(std::string_view(target.base)));
        parent.folder.reset(::open(above.empty() ? "/" : above.c_str(), folder_flags));
        parent.name = lastOf(target.base);
    } else {
        const UniqueFd base(::open(target.base.c_str(), folder_flags));
        if (base) parent.folder = openBeneath(base.get(), parentOf(std::string_view(target.below)));
        parent.name = lastOf(target.below);
    }
    if (!parent.folder) {
        const Error error = sdk::systemError("cannot open the folder above " + target.path(), errno);
        throw Error(error.kind(), error.what(), "make it first; no symbolic link may be on the way");
    }
    return parent;
}

/// Not open when the target is not there.
UniqueFd openTarget(const RestoreTarget& target, const Parent& parent) {
    UniqueFd folder;
    if (target.below.empty()) {
        folder.reset(::open(target.base.c_str(), folder_flags));
    } else {
        folder.reset(::openat(parent.folder.get(), parent.name.c_str(), folder_flags | O_NOFOLLOW));
    }
    if (!folder && errno != ENOENT) throw sdk::systemError("cannot open folder " + target.path(), errno);
    return folder;
}

void requireWritable(int folder, const std::string& path) {
    if (::faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        throw sdk::systemError("cannot write to folder " + path, errno);
    }
}

/// A target that was made for this restore, and goes when it fails.
class MadeTarget {
public:
    MadeTarget(const RestoreTarget& target, const Parent& parent, sdk::RunContext& run)
        : parent_(parent), run_(run), folder_(openTarget(target, parent)) {
        if (folder_) return;
        if (::mkdirat(parent_.folder.get(), parent_.name.c_str(), 0700) != 0) {
            throw sdk::systemError("cannot make folder " + target.path(), errno);
        }
        made_ = true;
        folder_ = openTarget(target, parent);
    }
    MadeTarget(const MadeTarget&) = delete;
    MadeTarget& operator=(const MadeTarget&) = delete;
    ~MadeTarget() {
        if (made_ && ::unlinkat(parent_.folder.get(), parent_.name.c_str(), AT_REMOVEDIR) != 0) {
            run_.log(sdk::LogLevel::Warning, "cannot remove the folder " + parent_.name + " that was made");
        }
    }
    int folder() const noexcept { return folder_.get(); }
    void keep() noexcept { made_ = false; }

private:
    const Parent& parent_;
    sdk::RunContext& run_;
    UniqueFd folder_;
    bool made_ = false;
};

void putOnDisk(int folder, const std::string& path) {
    if (::syncfs(folder) != 0) throw sdk::systemError("cannot put " + path + " on disk", errno);
}

}  // namespace

void checkTarget(const RestoreTarget& target, const sdk::RestoreRequest& request) {
    const Selection selection(request.selection);
    const Parent parent = parentOfTarget(target);
    const UniqueFd folder = openTarget(target, parent);
    if (!folder) {
        requireWritable(parent.folder.get(), "above " + target.path());
        return;
    }
    requireWritable(folder.get(), target.path());
    if (request.overwrite) return;
    if (selection.all() && !isEmptyFolder(folder.get())) {
        throw Error(ErrorKind::AlreadyExists,
                    "folder " + target.path() + " is not empty",
                    "set overwrite to replace all that is in it, or restore into another folder");
    }
    for (const std::string& path : selection.paths()) {
        if (whatIsAt(folder.get(), path) != There::None) {
            throw Error(ErrorKind::AlreadyExists,
                        target.path() + "/" + shown(path) + " is there already",
                        "set overwrite to replace it, or restore into another folder");
        }
    }
}

void restoreFolder(const RestoreTarget& target,
                   const sdk::RestoreRequest& request,
                   sdk::ByteSource& source,
                   sdk::RunContext& run) {
    Selection selection(request.selection);
    Warnings warnings(run);
    AttributeWriter attributes({!request.no_owner, request.owners}, warnings);
    const Parent parent = parentOfTarget(target);
    MadeTarget made(target, parent, run);
    Placement placement(made.folder(), target.path(), run);
    ArchiveReader archive(source);
    Extractor extractor(placement.staging(), attributes, warnings, run);
    extractor.extract(archive, selection);
    putOnDisk(made.folder(), target.path());
    run.throwIfStopped();
    if (selection.all()) {
        placement.placeAll();
    } else {
        placement.place(selection.paths(), request.overwrite);
    }
    placement.finish();
    made.keep();
    if (selection.all() && extractor.rootAttributes() != nullptr) {
        attributes.apply(*extractor.rootAttributes(), made.folder(), "the folder");
    }
    putOnDisk(made.folder(), target.path());
    warnings.summarize();
}

}  // namespace dbackup::files
