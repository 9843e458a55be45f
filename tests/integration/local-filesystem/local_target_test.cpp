#include <future>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <dbackup/sdk/object_names.h>

#include "local_fixture.h"

using namespace dbackup;
using namespace dbackup::test;

TEST_CASE("LocalTarget: what is committed is read back", "[local]") {
    LocalFixture fixture;
    const std::size_t size = GENERATE(0U, 1U, 1'000'000U, 20'000'003U);
    const std::string content = sampleText(size);
    const sdk::ObjectInfo info = fixture.put("job/backup/a.dump.zst", content);
    CHECK(info.name == "job/backup/a.dump.zst");
    CHECK(info.size_bytes == size);
    CHECK(fixture.get("job/backup/a.dump.zst") == content);
    const auto stat = fixture.target.stat("job/backup/a.dump.zst", fixture.run);
    REQUIRE(stat);
    CHECK(stat->size_bytes == size);
    CHECK(stat->modified == info.modified);
    CHECK(fixture.run.leftovers().empty());
    CHECK(fixture.tree() == std::set<std::string>{"job/", "job/backup/", "job/backup/a.dump.zst"});
}

TEST_CASE("LocalTarget: files are for their owner alone, whatever the umask", "[local]") {
    const mode_t before = umask(0);
    LocalFixture fixture;
    fixture.put("job/backup/a", "x");
    umask(before);
    const auto modeOf = [&](const std::string& name) {
        struct stat info {};
        CHECK(stat((fixture.base / name).c_str(), &info) == 0);
        return info.st_mode & 07777;
    };
    CHECK(modeOf("") == 0700);
    CHECK(modeOf("job") == 0700);
    CHECK(modeOf("job/backup") == 0700);
    CHECK(modeOf("job/backup/a") == 0600);
}

TEST_CASE("LocalTarget: nothing is visible before the commit", "[local]") {
    LocalFixture fixture;
    const auto writer = fixture.create("job/a");
    const std::string text = "hello";
    writer->write(std::as_bytes(std::span(text.data(), text.size())));
    CHECK_FALSE(fixture.target.stat("job/a", fixture.run));
    CHECK(fixture.list().empty());
    CHECK(fixture.kindOf([&] { fixture.get("job/a"); }) == ErrorKind::NotFound);
    REQUIRE(fixture.run.leftovers().size() == 1);
    CHECK(fixture.tree().contains(*fixture.run.leftovers().begin()));
    writer->commit();
    CHECK(fixture.get("job/a") == "hello");
    CHECK(fixture.kindOf([&] { writer->write({}); }) == ErrorKind::Internal);
    CHECK(fixture.kindOf([&] { writer->commit(); }) == ErrorKind::Internal);
    writer->abort();
    CHECK(fixture.get("job/a") == "hello");
}

TEST_CASE("LocalTarget: an aborted or forgotten writer leaves nothing, folders included", "[local]") {
    LocalFixture fixture;
    {
        const auto writer = fixture.create("job/backup/a");
        writer->write(std::as_bytes(std::span("hello", 5)));
        writer->abort();
        writer->abort();
        const auto forgotten = fixture.create("job/backup/b");
    }
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
    CHECK(std::filesystem::exists(fixture.base));
}

TEST_CASE("LocalTarget: an object is not overwritten unless that is wanted", "[local]") {
    LocalFixture fixture;
    fixture.put("job/a", "old");
    CHECK(fixture.kindOf([&] { fixture.put("job/a", "new"); }) == ErrorKind::AlreadyExists);
    CHECK(fixture.get("job/a") == "old");
    const auto writer = fixture.create("job/a", sdk::IfExists::Replace);
    writer->write(std::as_bytes(std::span("new", 3)));
    CHECK(fixture.get("job/a") == "old");
    writer->commit();
    CHECK(fixture.get("job/a") == "new");
}

TEST_CASE("LocalTarget: of two writers of one name the second to commit fails", "[local]") {
    LocalFixture fixture;
    const auto first = fixture.create("job/a");
    const auto second = fixture.create("job/a");
    first->write(std::as_bytes(std::span("first", 5)));
    second->write(std::as_bytes(std::span("second", 6)));
    first->commit();
    CHECK(fixture.kindOf([&] { second->commit(); }) == ErrorKind::AlreadyExists);
    second->abort();
    CHECK(fixture.get("job/a") == "first");
    CHECK(fixture.tree().size() == 2);
}

TEST_CASE("LocalTarget: an announced size is checked", "[local]") {
    LocalFixture fixture;
    const auto writer = fixture.create("job/a", sdk::IfExists::Fail, 4);
    writer->write(std::as_bytes(std::span("hello", 5)));
    CHECK(fixture.kindOf([&] { writer->commit(); }) == ErrorKind::Integrity);
    CHECK_FALSE(fixture.target.stat("job/a", fixture.run));
}

TEST_CASE("LocalTarget: ranges are read from and to where they should", "[local]") {
    LocalFixture fixture;
    fixture.put("a", "0123456789");
    CHECK(fixture.get("a", {3, std::nullopt}) == "3456789");
    CHECK(fixture.get("a", {3, 4}) == "3456");
    CHECK(fixture.get("a", {0, 0}).empty());
    CHECK(fixture.get("a", {10, 5}).empty());
    CHECK(fixture.get("a", {20, std::nullopt}).empty());
    CHECK(fixture.get("a", {8, 100}) == "89");
    CHECK(fixture.get("a", {8, std::numeric_limits<std::uint64_t>::max()}) == "89");
}

TEST_CASE("LocalTarget: names keep their bytes", "[local]") {
    LocalFixture fixture;
    for (const std::string& name : {std::string("job with spaces/ä ö ü/x.dump"),
                                    std::string(200, 'n') + "/" + std::string(255, 'm'),
                                    std::string("a/b/c/d/e/f/g/h/i/j"),
                                    std::string("-leading/.hidden")}) {
        fixture.put(name, name);
        CHECK(fixture.get(name) == name);
        CHECK(fixture.list(name).contains(name));
    }
}

TEST_CASE("LocalTarget: lists by prefix, without what is not ours", "[local]") {
    LocalFixture fixture;
    for (const char* name : {"job/one/a", "job/one/b", "job/one2/a", "jobs/x", "top"})
        fixture.put(name, "x");
    const auto open_writer = fixture.create("job/one/c");
    std::filesystem::create_directory_symlink("/etc", fixture.base / "job" / "link");
    std::filesystem::create_symlink("/etc/passwd", fixture.base / "job" / "one" / "passwd");
    REQUIRE(mkfifo((fixture.base / "job" / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_directory(fixture.base / "lost+found");
    writeFile(fixture.base / "lost+found" / "x", "x");
    using Names = std::set<std::string>;
    CHECK(fixture.list() == Names{"job/one/a", "job/one/b", "job/one2/a", "jobs/x", "top"});
    CHECK(fixture.list("job/one/") == Names{"job/one/a", "job/one/b"});
    CHECK(fixture.list("job/one") == Names{"job/one/a", "job/one/b", "job/one2/a"});
    CHECK(fixture.list("job") == Names{"job/one/a", "job/one/b", "job/one2/a", "jobs/x"});
    CHECK(fixture.list("job/one/a") == Names{"job/one/a"});
    CHECK(fixture.list("nothing/there/").empty());
    int count = 0;
    fixture.target.list(
        "", [&](const sdk::ObjectInfo&) { return ++count < 2; }, fixture.run);
    CHECK(count == 2);
}

TEST_CASE("LocalTarget: thousands of objects are listed once each", "[local]") {
    LocalFixture fixture;
    fixture.put("job/backup/0", "x");
    for (int i = 1; i < 2500; ++i)
        writeFile(fixture.base / "job" / "backup" / std::to_string(i), "x");
    CHECK(fixture.list("job/").size() == 2500);
}

TEST_CASE("LocalTarget: remove() takes the folders that it leaves empty along", "[local]") {
    LocalFixture fixture;
    fixture.put("job/one/a", "x");
    fixture.put("job/one/b", "x");
    fixture.put("job/two/a", "x");
    CHECK(fixture.target.remove("job/one/a", fixture.run));
    CHECK(fixture.tree().contains("job/one/"));
    CHECK(fixture.target.remove("job/one/b", fixture.run));
    CHECK_FALSE(fixture.tree().contains("job/one/"));
    CHECK_FALSE(fixture.target.remove("job/one/b", fixture.run));
    CHECK_FALSE(fixture.target.remove("never/was", fixture.run));
    CHECK(fixture.target.remove("job/two/a", fixture.run));
    CHECK(fixture.tree().empty());
    CHECK(std::filesystem::exists(fixture.base));
}

TEST_CASE("LocalTarget: cleanup() removes what a killed writer left", "[local]") {
    LocalFixture fixture;
    std::string token;
    {
        const auto writer = fixture.create("job/backup/a");
        token = *fixture.run.leftovers().begin();
    }
    std::filesystem::create_directories(fixture.base / "job" / "backup");
    writeFile(fixture.base / token, "half");
    fixture.target.cleanup(token, fixture.run);
    CHECK(fixture.tree().empty());
    fixture.target.cleanup(token, fixture.run);
    fixture.put("job/backup/kept", "x");
    for (const char* wrong : {"job/backup/kept", "", "../.x.partial", "/etc/.x.partial", ".partial"}) {
        CAPTURE(wrong);
        CHECK(fixture.kindOf([&] { fixture.target.cleanup(wrong, fixture.run); }) == ErrorKind::Settings);
    }
    CHECK(fixture.list().size() == 1);
}

TEST_CASE("LocalTarget: test() leaves nothing and says where", "[local]") {
    LocalFixture fixture("deep/new/folder");
    CHECK(fixture.target.test(fixture.run).find(fixture.base.string()) != std::string::npos);
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
}

TEST_CASE("LocalTarget: a base folder that is not there is empty", "[local]") {
    LocalFixture fixture("not/there");
    CHECK(fixture.list().empty());
    CHECK_FALSE(fixture.target.stat("a/b", fixture.run));
    CHECK_FALSE(fixture.target.remove("a/b", fixture.run));
    CHECK(fixture.kindOf([&] { fixture.get("a/b"); }) == ErrorKind::NotFound);
    CHECK_FALSE(std::filesystem::exists(fixture.base));
}

TEST_CASE("LocalTarget: needs an absolute path", "[local]") {
    CHECK_THROWS_AS(local::LocalTarget(sdk::Settings(R"({"basePath":"relative"})")), Error);
    CHECK_NOTHROW(local::LocalTarget(sdk::Settings("{}")));
    LocalFixture fixture;
    CHECK(fixture.target.limits().max_object_bytes == 0);
    CHECK(fixture.target.extension("x") == nullptr);
}

TEST_CASE("LocalTarget: a stop ends every call", "[local]") {
    LocalFixture fixture;
    fixture.put("a", "x");
    const auto writer = fixture.create("b");
    const auto reader = fixture.target.open("a", {}, fixture.run);
    fixture.run.source.request_stop();
    std::array<std::byte, 10> buffer{};
    CHECK(fixture.kindOf([&] { writer->write(buffer); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { writer->commit(); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { reader->read(buffer); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { fixture.create("c"); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { fixture.get("a"); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { fixture.target.stat("a", fixture.run); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { fixture.list(); }) == ErrorKind::Cancelled);
    CHECK(fixture.kindOf([&] { fixture.target.remove("a", fixture.run); }) == ErrorKind::Cancelled);
    writer->abort();
    CHECK(fixture.tree() == std::set<std::string>{"a"});
}

TEST_CASE("LocalTarget: writers and aborts in one folder do not disturb each other", "[local]") {
    LocalFixture fixture;
    constexpr int rounds = 200;
    std::vector<std::future<void>> all;
    for (int t = 0; t < 4; ++t) {
        all.push_back(std::async(std::launch::async, [&fixture, t] {
            for (int i = 0; i < rounds; ++i) {
                const std::string name = "job/backup/" + std::to_string(t);
                if (i % 2 == 0) {
                    fixture.create(name)->abort();
                } else {
                    fixture.put(name, "x");
                    fixture.target.remove(name, fixture.run);
                }
            }
        }));
    }
    for (auto& one : all)
        CHECK_NOTHROW(one.get());
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
}
