#pragma once

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "local_target.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/core/pipeline/fakes.h"

namespace dbackup::test {

/// A local target on a folder of its own.
struct LocalFixture {
    LocalFixture() : LocalFixture("base") {}
    explicit LocalFixture(const std::string& folder)
        : base(folder.starts_with('/') ? std::filesystem::path(folder) : dir / folder),
          target(sdk::Settings(R"({"basePath":")" + base.string() + R"("})")) {}

    std::unique_ptr<sdk::ObjectWriter> create(const std::string& name,
                                              sdk::IfExists if_exists = sdk::IfExists::Fail,
                                              std::optional<std::uint64_t> size = std::nullopt) {
        return target.create({name, size, if_exists}, run);
    }
    sdk::ObjectInfo put(const std::string& name, const std::string& content) {
        const auto writer = create(name);
        writer->write(std::as_bytes(std::span(content.data(), content.size())));
        return writer->commit();
    }
    std::string get(const std::string& name, sdk::ByteRange range = {}) {
        const auto reader = target.open(name, range, run);
        std::string text;
        std::array<std::byte, 1000> buffer{};
        while (const std::size_t got = reader->read(buffer))
            text.append(reinterpret_cast<const char*>(buffer.data()), got);
        return text;
    }
    std::set<std::string> list(const std::string& prefix = "") {
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
    /// Everything below the base, folders with a slash at their end.
    std::set<std::string> tree() const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(base)) {
            names.insert(std::filesystem::relative(entry.path(), base).string() +
                         (entry.is_directory() ? "/" : ""));
        }
        return names;
    }
    template <class Action>
    ErrorKind kindOf(Action action) {
        try {
            action();
        } catch (const Error& error) {
            last_error = error.what();
            return error.kind();
        }
        return ErrorKind::None;
    }

    TempDir dir;
    std::filesystem::path base;
    RecordingContext run;
    local::LocalTarget target;
    std::string last_error;
};

inline void writeFile(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

}  // namespace dbackup::test
