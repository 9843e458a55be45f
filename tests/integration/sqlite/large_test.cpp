#include <fstream>

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;

namespace {

/// Writes to a file what is dumped.
class FileOutput final : public dbackup::sdk::DumpOutput {
public:
    explicit FileOutput(const std::filesystem::path& file) : file_(file) {}
    std::unique_ptr<dbackup::sdk::ByteSink> object(const dbackup::sdk::DumpObject& /*object*/) override {
        return std::make_unique<Sink>(file_);
    }

private:
    class Sink final : public dbackup::sdk::ByteSink {
    public:
        explicit Sink(const std::filesystem::path& file)
            : stream_(file, std::ios::binary), block_(1U << 20U) {}
        std::span<std::byte> acquire() override { return block_; }
        void produced(std::size_t bytes) override {
            stream_.write(static_cast<const char*>(static_cast<const void*>(block_.data())),
                          static_cast<std::streamsize>(bytes));
        }
        void finish() override { stream_.close(); }

    private:
        std::ofstream stream_;
        std::vector<std::byte> block_;
    };
    std::filesystem::path file_;
};

}  // namespace

TEST_CASE("SqliteEngine: a database with SQLite's lock page, behind the first GiB, is copied", "[sqlite]") {
    for (const char* journal : {"WAL", "DELETE"}) {
        const TempDir folder;
        Sqlite database(folder / "large.db");
        database(std::string("PRAGMA journal_mode = ") + journal +
                 "; PRAGMA synchronous = OFF; CREATE TABLE a (b, c)");
        for (int i = 0; i < 11; ++i) {
            database("INSERT INTO a VALUES (zeroblob(100000000), hex(randomblob(50000)))");
        }
        const std::string sums =
            "SELECT count(*), sum(length(b)), group_concat(substr(c, 1, 50)), max(c) FROM a";
        FileOutput output(folder / "copy");
        RecordingRun run;
        dbackup::sqlite::SqliteEngine(settingsFor(folder / "large.db"))
            .dump({"database", "large.db", ""}, output, run);
        Sqlite copy(folder / "copy");
        CHECK(std::filesystem::file_size(folder / "copy") > (1U << 30U));
        CHECK(copy("PRAGMA integrity_check") == "ok");
        CHECK((copy(sums) == database(sums)));
    }
}
