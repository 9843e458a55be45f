#include "tests/integration/sftp/sftp_fixture.h"

#include <algorithm>

namespace dbackup::test {

sdk::ObjectInfo SftpFixture::put(const std::string& name,
                                 const std::string& content,
                                 sdk::IfExists if_exists) {
    const auto writer = create(name, if_exists);
    append(*writer, content);
    return writer->commit();
}

std::string SftpFixture::get(const std::string& name, sdk::ByteRange range) {
    const auto reader = target.open(name, range, run);
    std::string text;
    std::vector<char> buffer(100'003);
    while (const std::size_t got = reader->read(std::as_writable_bytes(std::span(buffer))))
        text.append(buffer.data(), got);
    return text;
}

std::set<std::string> SftpFixture::list(const std::string& prefix) {
    std::set<std::string> names;
    target.list(
        prefix,
        [&](const sdk::ObjectInfo& info) {
            CHECK(names.insert(info.name).second);
            return true;
        },
        run);
    return names;
}

std::set<std::string> SftpFixture::tree() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.home())) {
        names.insert(std::filesystem::relative(entry.path(), server.home()).string() +
                     (entry.is_directory() ? "/" : ""));
    }
    return names;
}

void append(sdk::ObjectWriter& writer, const std::string& content) {
    constexpr std::size_t odd_block = 100'003;
    for (std::size_t at = 0; at < content.size(); at += odd_block) {
        writer.write(std::as_bytes(std::span(content)).subspan(at, std::min(odd_block, content.size() - at)));
    }
}

std::string sampleBytes(std::size_t size) {
    std::string text(size, '\0');
    std::uint64_t state = size + 1;
    for (char& each : text) {
        state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
        each = static_cast<char>(state >> 56U);
    }
    return text;
}

}  // namespace dbackup::test
