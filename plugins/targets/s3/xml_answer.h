#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbackup::s3 {

/// What servers say when they refuse something. All of it may be empty.
struct ErrorAnswer {
    std::string code;  ///< "NoSuchKey"
    std::string message;
    std::string region;       ///< the right one, when ours is wrong
    std::string server_time;  ///< when the clocks differ
};

struct ListedObject {
    std::string key;
    std::uint64_t size_bytes = 0;
    std::chrono::system_clock::time_point modified;
};

/// One page of a list.
struct ObjectPage {
    std::vector<ListedObject> objects;
    std::string next;  ///< continuation token; empty: this was the last page
};

/// An upload in parts that is neither completed nor aborted.
struct OpenUpload {
    std::string key;
    std::string id;
    std::chrono::system_clock::time_point initiated;
};

/// An object that a batch did not remove.
struct RemoveFailure {
    std::string key;
    std::string code;
    std::string message;
};

// Each reads the body of one kind of answer. All but the first throw Error Unavailable when it is not what it
// should be.

/// Absent: the body is no error ("200 OK" may have one).
std::optional<ErrorAnswer> errorAnswerOf(std::string_view body);
std::string uploadIdOf(std::string_view body);
/// ETag of CompleteMultipartUploadResult, without quotes.
std::string completedEtagOf(std::string_view body);
ObjectPage objectPageOf(std::string_view body);
std::vector<OpenUpload> openUploadsOf(std::string_view body);
std::vector<RemoveFailure> removeFailuresOf(std::string_view body);

/// Text as content of an element.
std::string xmlText(std::string_view text);

/// "2026-11-28T11:16:47.000Z" or "Sat, 28 Nov 2026 11:16:47 GMT"; the epoch when it is neither.
std::chrono::system_clock::time_point timeOf(const std::string& text);

}  // namespace dbackup::s3
