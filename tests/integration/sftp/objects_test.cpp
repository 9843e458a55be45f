#include <fstream>
#include <future>

#include <sys/stat.h>

#include "tests/integration/sftp/sftp_fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using sdk::ErrorKind;

namespace {

void writeFile(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

mode_t modeOf(const std::filesystem::path& path) {
    struct stat info {};
    CHECK(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

}  // namespace

TEST_CASE("SftpTarget: what is committed is read back", "[sftp]") {
    SftpFixture fixture;
    for (const std::size_t size : {0U, 1U, 32768U, 261'120U, 262'145U, 20'000'003U}) {
        CAPTURE(size);
        const std::string name = "job/backup/" + std::to_string(size);
        const std::string content = sampleBytes(size);
        const sdk::ObjectInfo info = fixture.put(name, content);
        CHECK(info.size_bytes == size);
        CHECK(fixture.get(name) == content);
        const auto stat = fixture.target.stat(name, fixture.run);
        REQUIRE(stat);
        CHECK(stat->size_bytes == size);
        CHECK(stat->modified == info.modified);
        CHECK(modeOf(fixture.server.home() / name) == 0600);
    }
    CHECK(modeOf(fixture.server.home() / "job") == 0700);
    CHECK(fixture.run.leftovers().empty());
    CHECK_FALSE(fixture.target.stat("job/backup", fixture.run));
}

TEST_CASE("SftpTarget: files are synced and renamed as a whole where the server can", "[sftp]") {
    SftpFixture fixture;
    fixture.put("job/a", "first");
    fixture.put("job/a", "second", sdk::IfExists::Replace);
    const std::string log = fixture.server.log();
    CHECK(log.find("fsync") != std::string::npos);
    CHECK(log.find("posix-rename") != std::string::npos);
    CHECK(fixture.get("job/a") == "second");
}

TEST_CASE("SftpTarget: does without the extensions of OpenSSH", "[sftp]") {
    SftpFixture fixture({}, {}, "-P posix-rename,fsync,limits,statvfs");
    const std::string content = sampleBytes(3'000'000);
    fixture.put("job/a", content);
    CHECK(fixture.kindOf([&] { fixture.put("job/a", "x"); }) == ErrorKind::AlreadyExists);
    fixture.put("job/a", content + "x", sdk::IfExists::Replace);
    CHECK(fixture.get("job/a") == content + "x");
    CHECK(fixture.target.test(fixture.run).find("power") != std::string::npos);
    const std::string log = fixture.server.log();
    CHECK(log.find("posix-rename old") == std::string::npos);
    CHECK(log.find("fsync \"") == std::string::npos);
    CHECK(fixture.list() == std::set<std::string>{"job/a"});
}

TEST_CASE("SftpTarget: nothing is visible before the commit", "[sftp]") {
    SftpFixture fixture;
    const auto writer = fixture.create("job/a");
    append(*writer, "hello");
    CHECK_FALSE(fixture.target.stat("job/a", fixture.run));
    CHECK(fixture.list().empty());
    CHECK(fixture.kindOf([&] { fixture.get("job/a"); }) == ErrorKind::NotFound);
    REQUIRE(fixture.run.leftovers().size() == 1);
    CHECK(fixture.tree().contains(fixture.run.leftovers().front()));
    writer->commit();
    CHECK(fixture.get("job/a") == "hello");
    CHECK(fixture.kindOf([&] { writer->write({}); }) == ErrorKind::Internal);
    CHECK(fixture.kindOf([&] { writer->commit(); }) == ErrorKind::Internal);
    writer->abort();
    CHECK(fixture.get("job/a") == "hello");
}

TEST_CASE("SftpTarget: an aborted or forgotten writer leaves nothing, folders included", "[sftp]") {
    SftpFixture fixture;
    {
        const auto writer = fixture.create("job/backup/a");
        append(*writer, sampleBytes(5'000'000));
        writer->abort();
        writer->abort();
        const auto forgotten = fixture.create("job/backup/b");
        append(*forgotten, "hello");
    }
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
}

TEST_CASE("SftpTarget: of two writers of one name the second to commit fails", "[sftp]") {
    SftpFixture fixture;
    const auto first = fixture.create("job/a");
    const auto second = fixture.create("job/a");
    append(*first, "first");
    append(*second, "second");
    first->commit();
    CHECK(fixture.kindOf([&] { second->commit(); }) == ErrorKind::AlreadyExists);
    second->abort();
    CHECK(fixture.get("job/a") == "first");
    CHECK(fixture.tree() == std::set<std::string>{"job/", "job/a"});
    CHECK(fixture.kindOf([&] { fixture.create("job/b", sdk::IfExists::Fail, 4)->commit(); }) ==
          ErrorKind::Integrity);
}

TEST_CASE("SftpTarget: names keep their bytes, and none leads out of the folder", "[sftp]") {
    SftpFixture fixture;
    for (const std::string& name : {std::string("job with spaces/ä ö ü €/x.dump"),
                                    std::string(200, 'n') + "/" + std::string(255, 'm'),
                                    std::string("a/b/c/d/e/f/g/h/i/j"),
                                    std::string("-leading/.hidden"),
                                    std::string("*?[a]/$HOME `id` \\ \"quoted\" 'q'"),
                                    std::string(199, 'x') + "€€€"}) {
        CAPTURE(name);
        fixture.put(name, name);
        CHECK(fixture.get(name) == name);
        CHECK(fixture.list(name).contains(name));
    }
    for (const char* name : {"../a", "a/../../b", "/etc/passwd", "a//b", "", ".", "a/", ".a.0.partial"}) {
        CAPTURE(name);
        CHECK(fixture.kindOf([&] { fixture.put(name, "x"); }) == ErrorKind::Settings);
        CHECK(fixture.kindOf([&] { fixture.target.stat(name, fixture.run); }) == ErrorKind::Settings);
        CHECK(fixture.kindOf([&] { fixture.get(name); }) == ErrorKind::Settings);
        CHECK(fixture.kindOf([&] { fixture.target.remove(name, fixture.run); }) == ErrorKind::Settings);
    }
}

TEST_CASE("SftpTarget: ranges are read from and to where they should", "[sftp]") {
    SftpFixture fixture;
    const std::string content = sampleBytes(3'000'000);
    fixture.put("a", content);
    CHECK(fixture.get("a", {3, std::nullopt}) == content.substr(3));
    CHECK(fixture.get("a", {2'000'000, 4}) == content.substr(2'000'000, 4));
    CHECK(fixture.get("a", {0, 0}).empty());
    CHECK(fixture.get("a", {3'000'000, 5}).empty());
    CHECK(fixture.get("a", {4'000'000, std::nullopt}).empty());
    CHECK(fixture.get("a", {2'999'999, std::numeric_limits<std::uint64_t>::max()}) ==
          content.substr(2'999'999));
}

TEST_CASE("SftpTarget: lists by prefix, without what is not ours", "[sftp]") {
    SftpFixture fixture;
    for (const char* name : {"job/one/a", "job/one/b", "job/one2/a", "jobs/x", "top"})
        fixture.put(name, "x");
    const auto open_writer = fixture.create("job/one/c");
    const auto home = fixture.server.home();
    std::filesystem::create_directory_symlink("/etc", home / "job" / "link");
    std::filesystem::create_symlink("/etc/passwd", home / "job" / "one" / "passwd");
    REQUIRE(mkfifo((home / "job" / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_directory(home / "lost+found");
    writeFile(home / "lost+found" / "x", "x");
    using Names = std::set<std::string>;
    CHECK(fixture.list() == Names{"job/one/a", "job/one/b", "job/one2/a", "jobs/x", "top"});
    CHECK(fixture.list("job/one/") == Names{"job/one/a", "job/one/b"});
    CHECK(fixture.list("job/one") == Names{"job/one/a", "job/one/b", "job/one2/a"});
    CHECK(fixture.list("job") == Names{"job/one/a", "job/one/b", "job/one2/a", "jobs/x"});
    CHECK(fixture.list("nothing/there/").empty());
    int count = 0;
    fixture.target.list(
        "", [&](const sdk::ObjectInfo&) { return ++count < 2; }, fixture.run);
    CHECK(count == 2);
    CHECK(fixture.kindOf([&] { fixture.get("job/one/passwd"); }) == ErrorKind::Permission);
    CHECK_FALSE(fixture.target.stat("job/one/passwd", fixture.run));
}

TEST_CASE("SftpTarget: thousands of objects are listed once each, and a callback may remove them", "[sftp]") {
    SftpFixture fixture;
    fixture.put("job/backup/0", "x");
    for (int i = 1; i < 2500; ++i)
        writeFile(fixture.server.home() / "job" / "backup" / std::to_string(i), "x");
    for (int i = 0; i < 100; ++i) {
        std::filesystem::create_directories(fixture.server.home() / "many" / std::to_string(i));
        writeFile(fixture.server.home() / "many" / std::to_string(i) / "x", "x");
    }
    fixture.server.giveToUser(fixture.server.home());
    CHECK(fixture.list("job/").size() == 2500);
    CHECK(fixture.list().size() == 2600);
    fixture.target.list(
        "many/",
        [&](const sdk::ObjectInfo& info) {
            CHECK(fixture.target.remove(info.name, fixture.run));
            return true;
        },
        fixture.run);
    CHECK(fixture.list("many/").empty());
    CHECK_FALSE(fixture.tree().contains("many/"));
}

TEST_CASE("SftpTarget: remove() takes the folders that it leaves empty along", "[sftp]") {
    SftpFixture fixture;
    fixture.put("job/one/a", "x");
    fixture.put("job/one/b", "x");
    CHECK(fixture.target.remove("job/one/a", fixture.run));
    CHECK(fixture.tree().contains("job/one/"));
    CHECK(fixture.target.remove("job/one/b", fixture.run));
    CHECK(fixture.tree().empty());
    CHECK_FALSE(fixture.target.remove("job/one/b", fixture.run));
    CHECK_FALSE(fixture.target.remove("never/was", fixture.run));
    CHECK(std::filesystem::exists(fixture.server.home()));
}

TEST_CASE("SftpTarget: cleanup() removes what a killed writer left", "[sftp]") {
    SftpFixture fixture;
    std::string token;
    {
        const auto writer = fixture.create("job/backup/a");
        token = fixture.run.leftovers().front();
    }
    std::filesystem::create_directories(fixture.server.home() / "job" / "backup");
    writeFile(fixture.server.home() / token, "half");
    fixture.server.giveToUser(fixture.server.home());
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

TEST_CASE("SftpTarget: a folder in the home, and one that is not there yet", "[sftp]") {
    SftpFixture fixture;
    const std::string home = (fixture.server.home() / "deep" / "new").string();
    for (const std::string& prefix : {home, "dbackup-" + std::to_string(fixture.server.port()) + "/new"}) {
        sftp::SftpTarget target(
            fixture.server.settings(R"(,"acceptAnyHostKey":true,"pathPrefix":)" + jsonText(prefix)));
        CHECK(target.test(fixture.run).find(prefix) != std::string::npos);
        CHECK_FALSE(target.stat("a", fixture.run));
        int count = 0;
        target.list(
            "", [&](const sdk::ObjectInfo&) { return ++count < 100; }, fixture.run);
        CHECK(count == 0);
    }
    CHECK(std::filesystem::exists(home));
}

TEST_CASE("SftpTarget: writers and aborts in one folder do not disturb each other", "[sftp]") {
    SftpFixture fixture;
    std::vector<std::future<void>> all;
    for (int t = 0; t < 4; ++t) {
        all.push_back(std::async(std::launch::async, [&fixture, t] {
            for (int i = 0; i < 40; ++i) {
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
