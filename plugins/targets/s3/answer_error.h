#pragma once

#include <string>

#include <dbackup/sdk/error.h>

#include "curl/transfer.h"
#include "xml_answer.h"

namespace dbackup::s3 {

/// The error that an answer with a status of 300 and more means, or one of 200 with an error inside.
/// @param what    what was tried, on what: "cannot write bucket/key"
/// @param region  ours, for the hint when it is wrong
sdk::Error answerError(const curl::Response& response, const std::string& what, const std::string& region);

/// The same from an error's code alone, as answers to batches have it. @param status 0 when there is none
sdk::Error codeError(const ErrorAnswer& answer, long status, const std::string& what);

}  // namespace dbackup::s3
