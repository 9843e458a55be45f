#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

#include "bucket.h"

namespace dbackup::s3 {

/// A part that the server has.
struct Part {
    unsigned number = 0;  ///< from 1
    std::string etag;
    std::string md5;  ///< raw, of what was sent
};

/// The requests that make one object: one PUT, or the begin, parts and end of an upload. Every object gets a
/// mark of its own, by which it is known again when an answer was lost. [one thread, but for putPart()]
class ObjectUpload {
public:
    /// @param bucket  outlives it
    ObjectUpload(Bucket& bucket, std::string key, sdk::IfExists if_exists);

    const std::string& mark() const noexcept { return mark_; }
    const std::string& id() const noexcept { return id_; }

    /// @throws Error AlreadyExists when there is an object and it is not to be replaced
    void refuseExisting(sdk::RunContext& run);
    void put(std::span<const std::byte> bytes, sdk::RunContext& run);

    void begin(sdk::RunContext& run);
    /// Was an answer to begin() lost? Then there may be an upload, without parts, of which nobody knows the
    /// id.
    bool mayHaveStrays() const noexcept { return may_have_strays_; }
    /// Sends again what is lost. [thread-safe]
    Part putPart(unsigned number, std::span<const std::byte> bytes, sdk::RunContext& run) const;
    /// @param parts  all of them, by number
    void complete(const std::vector<Part>& parts, sdk::RunContext& run);

    /// Looks at what was written. @throws Error Integrity when it is not there or of another size
    sdk::ObjectInfo confirm(const std::string& name, std::uint64_t size_bytes, sdk::RunContext& run);

private:
    using Check = std::function<void(const curl::Response& response)>;

    std::string what(const std::string& verb) const;
    void conclude(const Call& call, const Check& check, sdk::RunContext& run);
    bool isThere(sdk::RunContext& run) const;
    bool comparesEtag(const curl::Response& response) const;
    void requireEtag(const curl::Response& response,
                     const std::string& md5,
                     const std::string& subject) const;
    void checkCompleted(const curl::Response& response, const std::vector<Part>& parts) const;

    void requireLocks(const curl::Response& head, sdk::RunContext& run) const;
    void setLock(const std::string& kind, const std::string& body, sdk::RunContext& run) const;

    Bucket& bucket_;
    const std::string key_;
    const sdk::IfExists if_exists_;
    const std::string mark_;
    std::string id_;
    bool may_have_strays_ = false;
};

/// Metadata of our objects.
constexpr const char* mark_header = "x-amz-meta-dbackup-upload";

}  // namespace dbackup::s3
