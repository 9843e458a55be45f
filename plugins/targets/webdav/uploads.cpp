#include "uploads.h"

#include <dbackup/sdk/object_names.h>

#include "curl/removal_run.h"
#include "objects/run_link.h"

namespace dbackup::webdav {

using sdk::Error;
using sdk::ErrorKind;

/// How long a stop waits for the answer that decides whether an object is there.
constexpr auto grace = std::chrono::milliseconds(1000);

Upload::Upload(const Server& server,
               objects::NameLocks& names,
               const sdk::ObjectSpec& spec,
               sdk::RunContext& run,
               std::string token)
    : server_(server),
      names_(names),
      spec_(spec),
      run_(run),
      path_(server.pathOf(spec.name)),
      token_(std::move(token)) {
    refuseExisting();
    run_.leftover(token_);
}

void Upload::refuseExisting() const {
    if (spec_.if_exists == sdk::IfExists::Replace || !server_.find(path_, "0", run_)) return;
    throw Error(ErrorKind::AlreadyExists, what() + ": it is there already");
}

void Upload::write(std::span<const std::byte> bytes) {
    run_.throwIfStopped();
    if (!open_) throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    send(bytes);
    written_ += bytes.size();
}

sdk::ObjectInfo Upload::commit() {
    run_.throwIfStopped();
    if (!open_) throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    if (spec_.size_bytes && *spec_.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    what() + ": it got " + std::to_string(written_) + " bytes, " +
                        std::to_string(*spec_.size_bytes) + " were announced");
    }
    const std::string from = complete();
    {
        // Apache looks for the new name and then renames, in two steps: of two requests at a time both may
        // win.
        const auto held = names_.take(spec_.name, run_);
        move(from);
    }
    open_ = false;
    run_.leftoverGone(token_);
    token_.clear();
    return requireWhole();
}

void Upload::move(const std::string& from) const {
    const bool replace = spec_.if_exists == sdk::IfExists::Replace;
    std::vector<std::string> headers = moveHeaders();
    headers.push_back("Destination: " + server_.addressOf(path_));
    headers.push_back(replace ? "Overwrite: T" : "Overwrite: F");
    curl::Response response;
    try {
        const objects::GraceRun patient(run_, grace);
        response = server_.ask("MOVE", from, what(), patient, headers);
    } catch (const Error& error) {
        // The answer may have been lost on its way, or a stop did not wait for it.
        const bool open = error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::Cancelled;
        if (!open || !isMoved()) throw;
        return;
    }
    if (response.status >= 300) throw Error(statusError(what(), response));
}

/// What was moved is no more where it was.
bool Upload::isMoved() const {
    const curl::RemovalRun unstoppable(run_);
    return !server_.find(token_, "0", unstoppable) && server_.find(path_, "0", unstoppable);
}

sdk::ObjectInfo Upload::requireWhole() const {
    const curl::RemovalRun unstoppable(run_);
    const auto found = server_.find(path_, "0", unstoppable);
    const std::uint64_t size = found && !found->empty() ? found->front().size_bytes : 0;
    if (found && !found->empty() && size == written_) return {spec_.name, size, found->front().modified, ""};
    server_.remove(path_, unstoppable);
    throw Error(ErrorKind::Integrity,
                what() + ": " + std::to_string(size) + " bytes are there, " + std::to_string(written_) +
                    " were sent");
}

void Upload::abort() noexcept {
    if (token_.empty()) return;
    open_ = false;
    try {
        breakOff();
        curl::RemovalRun unstoppable(run_);
        server_.remove(token_, unstoppable);
        run_.leftoverGone(token_);
    } catch (const std::exception& error) {
        // Its token was not withdrawn: cleanup() will be asked to remove it.
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove the unfinished upload of " + spec_.name + ": " + error.what());
    }
    token_.clear();
}

namespace {

std::string folderOf(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

class PutUpload final : public Upload {
public:
    PutUpload(const Server& server,
              objects::NameLocks& names,
              const sdk::ObjectSpec& spec,
              sdk::RunContext& run)
        : Upload(server, names, spec, run, temporaryPath(server, spec.name)) {
        try {
            server.makeFolder(folderOf(token()), run);
            put_ = server.request("PUT", token(), what(), run);
            put_->upload(spec.size_bytes);
        } catch (const Error&) {
            abort();
            throw;
        }
    }
    PutUpload(const PutUpload&) = delete;
    PutUpload& operator=(const PutUpload&) = delete;
    ~PutUpload() override { abort(); }

private:
    static std::string temporaryPath(const Server& server, const std::string& name) {
        std::vector<std::string> parts = sdk::partsOf(name);
        parts.back() = sdk::temporaryNameFor(parts.back());
        std::string path = server.root();
        for (const std::string& part : parts)
            path += "/" + part;
        return path;
    }

    void send(std::span<const std::byte> bytes) override { put_->send(bytes); }

    std::string complete() override {
        const curl::Response response = put_->finish();
        put_.reset();
        if (response.status >= 300) throw Error(statusError(what(), response));
        return token();
    }

    /// The server keeps what it has got of a broken upload or drops it; abort() removes it then.
    void breakOff() noexcept override { put_.reset(); }

    std::unique_ptr<curl::Transfer> put_;
};

}  // namespace

std::unique_ptr<sdk::ObjectWriter> putUpload(const Server& server,
                                             objects::NameLocks& names,
                                             const sdk::ObjectSpec& spec,
                                             sdk::RunContext& run) {
    return std::make_unique<PutUpload>(server, names, spec, run);
}

}  // namespace dbackup::webdav
