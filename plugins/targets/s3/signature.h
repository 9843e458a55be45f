#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "credentials.h"
#include "uri.h"

namespace dbackup::s3 {

/// What of a request is signed.
struct RequestHead {
    std::string method;
    std::string authority;  ///< as in the header Host
    std::string path;       ///< encoded, begins with '/'
    Query query;
    std::map<std::string, std::string> headers;  ///< names in lower case, no "host"; all of them are signed
};

constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// "20130524T000000Z"
std::string amzTime(std::chrono::system_clock::time_point time);

/// Signature V4 of AWS, by the description in "Authenticating Requests (AWS Signature Version 4)" of the S3
/// manual. Adds x-amz-date, x-amz-content-sha256, x-amz-security-token and authorization to the headers.
/// @param payload_hash  SHA-256 of the body in hexadecimal digits, or unsigned_payload
void sign(RequestHead& request,
          const Credentials& credentials,
          const std::string& region,
          std::string_view payload_hash,
          std::chrono::system_clock::time_point time);

/// The same in the query ("Using Query Parameters"), for an address that others use.
void presign(RequestHead& request,
             const Credentials& credentials,
             const std::string& region,
             std::chrono::seconds valid,
             std::chrono::system_clock::time_point time);

}  // namespace dbackup::s3
