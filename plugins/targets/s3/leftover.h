#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace dbackup::s3 {

/// What a killed run leaves in a bucket, as a token for RunContext::leftover().
struct Leftover {
    std::chrono::system_clock::time_point since;  ///< when it was announced
    std::string mark;       ///< an object of the key with this mark is unfinished; empty: none is
    std::string upload_id;  ///< empty: any upload of the key that was begun about then
    std::string bucket;
    std::string key;

    std::string token() const;
    /// @throws Error Settings when the token is not one of ours
    static Leftover from(std::string_view token);
};

}  // namespace dbackup::s3
