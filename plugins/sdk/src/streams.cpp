#include "dbackup/sdk/streams.h"

#include <algorithm>
#include <cstring>

namespace dbackup::sdk {

ByteSink::~ByteSink() = default;
DumpOutput::~DumpOutput() = default;
ByteSource::~ByteSource() = default;

void ByteSink::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto room = acquire();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        produced(count);
        bytes = bytes.subspan(count);
    }
}

void ByteSink::write(std::string_view text) {
    write(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace dbackup::sdk
