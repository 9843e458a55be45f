#include <array>
#include <cstdio>

#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/retry.h>

#include "uploads.h"

namespace dbackup::webdav {

namespace {

using sdk::Error;

/// Nextcloud takes 5 MiB to 5 GiB a chunk, 10,000 chunks at most: 100 GiB, more than a volume of a backup.
constexpr std::size_t chunk_bytes = 10U << 20;

std::string chunkFolderName(const Server& server) {
    // "dbackup-<16 hex digits>"
    const std::string temporary = sdk::temporaryNameFor("x");
    return server.chunkFolder() + "/dbackup-" + temporary.substr(3, 16);
}

class ChunkUpload final : public Upload {
public:
    ChunkUpload(const Server& server,
                objects::NameLocks& names,
                const sdk::ObjectSpec& spec,
                sdk::RunContext& run)
        : Upload(server, names, spec, run, chunkFolderName(server)), folder_(token()) {
        sdk::partsOf(spec.name);  // checks it
        try {
            server.makeFolder(path().substr(0, path().rfind('/')), run);
            const auto response = server.ask("MKCOL", folder_, what(), run, {destination()});
            if (response.status >= 300) throw Error(statusError(what(), response));
        } catch (const Error&) {
            abort();
            throw;
        }
        chunk_.reserve(chunk_bytes);
    }
    ChunkUpload(const ChunkUpload&) = delete;
    ChunkUpload& operator=(const ChunkUpload&) = delete;
    ~ChunkUpload() override { abort(); }

private:
    std::string destination() const { return "Destination: " + server().addressOf(path()); }

    void send(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto part = bytes.first(std::min(bytes.size(), chunk_bytes - chunk_.size()));
            chunk_.insert(chunk_.end(), part.begin(), part.end());
            bytes = bytes.subspan(part.size());
            if (chunk_.size() == chunk_bytes) putChunk();
        }
    }

    void putChunk() {
        std::array<char, 8> number{};
        const int length = std::snprintf(number.data(), number.size(), "%05u", ++chunks_);
        const std::string to = folder_ + "/" + std::string(number.data(), static_cast<std::size_t>(length));
        sdk::retry({}, run(), [&] {
            const auto put = server().request("PUT", to, what(), run());
            put->addHeader(destination());
            put->upload(chunk_.size());
            put->send(chunk_);
            const curl::Response response = put->finish();
            if (response.status >= 300) throw Error(statusError(what(), response));
        });
        chunk_.clear();
    }

    std::string complete() override {
        if (!chunk_.empty() || chunks_ == 0) putChunk();
        return folder_ + "/.file";
    }

    std::vector<std::string> moveHeaders() const override {
        return {"OC-Total-Length: " + std::to_string(written())};
    }

    void breakOff() noexcept override {}  // no request is open between two calls

    const std::string folder_;
    std::vector<std::byte> chunk_;
    unsigned chunks_ = 0;
};

}  // namespace

std::unique_ptr<sdk::ObjectWriter> chunkUpload(const Server& server,
                                               objects::NameLocks& names,
                                               const sdk::ObjectSpec& spec,
                                               sdk::RunContext& run) {
    return std::make_unique<ChunkUpload>(server, names, spec, run);
}

}  // namespace dbackup::webdav
