#include "core/base/ids.h"

#include <vector>

#include <openssl/rand.h>

#include "core/base/error.h"

namespace dbackup {

namespace {

std::vector<unsigned char> randomBytes(std::size_t count) {
    std::vector<unsigned char> bytes(count);
    if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) {
        throw Error(ErrorKind::Internal, "the system's random number generator failed");
    }
    return bytes;
}

std::string hexOf(const std::vector<unsigned char>& bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) {
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex;
}

}  // namespace

std::string newId() {
    auto bytes = randomBytes(16);
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
    std::string id = hexOf(bytes);
    for (const std::size_t position : {20U, 16U, 12U, 8U}) {
        id.insert(position, 1, '-');
    }
    return id;
}

std::string randomHex(std::size_t bytes) {
    return hexOf(randomBytes(bytes));
}

}  // namespace dbackup
