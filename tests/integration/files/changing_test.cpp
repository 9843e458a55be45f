#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/files/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t file_bytes = std::size_t{3} << 20;

/// Dumps a folder with one large file and does something when a part of it has been read; gives what was
/// restored.
std::string changedMeanwhile(const TempDir& temp,
                             RecordingRun& run,
                             const std::function<void(const fs::path&)>& change) {
    const auto source = temp / "source";
    fs::create_directories(source);
    writeFile(source / "big", std::string(file_bytes, 'x'));
    auto engine = engineFor(source);
    MemoryOutput output;
    bool changed = false;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > (1U << 20) && !changed) {
            changed = true;
            change(source / "big");
        }
    };
    engine.dump({"database", source.string(), "tar"}, output, run);
    REQUIRE(changed);
    REQUIRE(output.only().finished);
    restore(output.only().bytes, temp / "target");
    return readFile(temp / "target/big");
}

}  // namespace

TEST_CASE("FolderDump: a file that becomes shorter is filled with zeros and named", "[files]") {
    const TempDir temp;
    RecordingRun run;
    const std::string content =
        changedMeanwhile(temp, run, [](const fs::path& file) { fs::resize_file(file, 1U << 20); });
    CHECK(hasMessage(run, "big became shorter while it was read: from byte "));
    REQUIRE(content.size() == file_bytes);
    CHECK(content.substr(0, 1U << 20) == std::string(1U << 20, 'x'));
    CHECK(content.back() == '\0');
}

TEST_CASE("FolderDump: a file that grows is cut to the size it had, and named", "[files]") {
    const TempDir temp;
    RecordingRun run;
    const std::string content = changedMeanwhile(temp, run, [](const fs::path& file) {
        const sdk::UniqueFd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
        REQUIRE(::write(fd.get(), "more", 4) == 4);
    });
    CHECK(hasMessage(run, "big changed while it was read"));
    CHECK(content == std::string(file_bytes, 'x'));
}

TEST_CASE("FolderDump: a file that is removed while it is read is whole all the same", "[files]") {
    const TempDir temp;
    RecordingRun run;
    const std::string content = changedMeanwhile(temp, run, [](const fs::path& file) { fs::remove(file); });
    CHECK(content == std::string(file_bytes, 'x'));
}

TEST_CASE("FolderDump: what vanishes, is replaced or moved away meanwhile does not end the run", "[files]") {
    const TempDir temp;
    const auto source = temp / "source";
    for (int i = 0; i < 200; ++i) {
        fs::create_directories(source / std::to_string(i));
        writeFile(source / std::to_string(i) / "file", std::string(20'000, 'x'));
    }
    fs::create_directories(temp / "outside");
    writeFile(temp / "outside/secret", "not ours");
    RecordingRun run;
    auto engine = engineFor(source);
    MemoryOutput output;
    output.block_bytes = 4096;
    int number = 0;
    output.on_block = [&](std::size_t) {
        if (number >= 200) return;
        const auto folder = source / std::to_string(number++);
        if (number % 3 == 0) {
            fs::remove_all(folder);
        } else if (number % 3 == 1) {
            fs::rename(folder, temp / ("moved" + std::to_string(number)));
            fs::create_directory_symlink(temp / "outside", folder);
        } else {
            fs::remove(folder / "file");
            REQUIRE(::mkfifo((folder / "file").c_str(), 0600) == 0);
        }
    };
    engine.dump({"database", source.string(), "tar"}, output, run);
    REQUIRE(output.only().finished);
    CHECK(output.only().bytes.find("not ours") == std::string::npos);
    restore(output.only().bytes, temp / "target");
}

TEST_CASE("FolderDump: files and folders that may not be read are named, the others stored", "[files]") {
    const TempDir temp;
    fs::permissions(temp.path(), fs::perms(0777));
    const auto source = temp / "source";
    CHECK(asOrdinaryUser([&] {
        fs::create_directories(source / "closed");
        writeFile(source / "closed/file", "x");
        writeFile(source / "unreadable", "x");
        writeFile(source / "good", "good");
        fs::permissions(source / "closed", fs::perms::none);
        fs::permissions(source / "unreadable", fs::perms::none);
        RecordingRun run;
        const std::string archive = dump(source, run);
        if (!hasMessage(run, "unreadable was left out: Permission denied"))
            throw std::runtime_error("no warning of the file");
        if (!hasMessage(run, "closed is stored without what is in it"))
            throw std::runtime_error("no warning of the folder");
        restore(archive, temp / "target");
        if (readFile(temp / "target/good") != "good") throw std::runtime_error("not restored");
        if (namesIn(temp / "target") != std::vector<std::string>{"closed", "good"})
            throw std::runtime_error("other files");
    }));
}

TEST_CASE("Warnings: a thousand files are named, the rest is counted", "[files]") {
    RecordingRun run;
    files::Warnings warnings(run);
    for (int i = 0; i < 1500; ++i)
        warnings.about("file" + std::to_string(i), "vanished");
    warnings.summarize();
    CHECK(run.entries().size() == 1001);
    CHECK(hasMessage(run, "1500 files had something wrong"));
}
