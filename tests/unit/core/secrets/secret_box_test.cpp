#include "core/secrets/secret_box.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

using dbackup::Error;
using dbackup::ErrorKind;
using dbackup::secrets::SecretBox;
using dbackup::test::TempDir;

namespace {

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeKey(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
    REQUIRE(chmod(file.c_str(), 0600) == 0);
}

ErrorKind kindOfOpening(const std::filesystem::path& file) {
    try {
        SecretBox::open(file);
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

ErrorKind kindOfUnsealing(const SecretBox& box, const std::string& sealed, const std::string& context) {
    try {
        box.unseal(sealed, context);
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

}  // namespace

TEST_CASE("SecretBox: what was sealed is opened again, also after a restart", "[secrets]") {
    const TempDir folder;
    const std::string sealed = SecretBox::open(folder / "key").seal("pa\0ss", "adapter:1");
    const SecretBox box = SecretBox::open(folder / "key");
    CHECK(box.unseal(sealed, "adapter:1") == "pa\0ss");
    CHECK(box.unseal(box.seal("", ""), "").empty());
    const std::string large(100'000, 'x');
    CHECK(box.unseal(box.seal(large, "c"), "c") == large);
}

TEST_CASE("SecretBox: the sealed text shows neither the secret nor that two are the same", "[secrets]") {
    const TempDir folder;
    const SecretBox box = SecretBox::open(folder / "key");
    const std::string sealed = box.seal("canary-value", "c");
    CHECK_THAT(sealed, Catch::StartsWith("v1:"));
    CHECK_THAT(sealed, !Catch::Contains("canary"));
    CHECK(sealed != box.seal("canary-value", "c"));
}

TEST_CASE("SecretBox: the key file is private, whole and kept", "[secrets]") {
    const TempDir folder;
    SecretBox::open(folder / "key");
    struct stat status {};
    REQUIRE(stat((folder / "key").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    const std::string key = contentOf(folder / "key");
    CHECK(key.size() == 65);
    CHECK(key.find_first_not_of("0123456789abcdef\n") == std::string::npos);
    SecretBox::open(folder / "key");
    CHECK(contentOf(folder / "key") == key);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("SecretBox: a changed byte, another context, another key or no sealed text is refused",
          "[secrets]") {
    const TempDir folder;
    const SecretBox box = SecretBox::open(folder / "key");
    const std::string sealed = box.seal("secret", "adapter:1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        INFO("byte " << i);
        CHECK(kindOfUnsealing(box, changed, "adapter:1") == ErrorKind::Integrity);
    }
    CHECK(kindOfUnsealing(box, sealed.substr(0, sealed.size() - 4), "adapter:1") == ErrorKind::Integrity);
    CHECK(kindOfUnsealing(box, sealed, "adapter:2") == ErrorKind::Integrity);
    CHECK(kindOfUnsealing(SecretBox::open(folder / "other"), sealed, "adapter:1") == ErrorKind::Integrity);
    CHECK(kindOfUnsealing(box, "v1:AAAA", "adapter:1") == ErrorKind::Integrity);
    CHECK(kindOfUnsealing(box, "v1:!", "adapter:1") == ErrorKind::Integrity);
    CHECK(kindOfUnsealing(box, "plain text", "adapter:1") == ErrorKind::Integrity);
}

TEST_CASE("SecretBox: a key file that others can read is refused with the command that closes it",
          "[secrets]") {
    const TempDir folder;
    SecretBox::open(folder / "key");
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U}) {
        REQUIRE(chmod((folder / "key").c_str(), mode) == 0);
        CHECK(kindOfOpening(folder / "key") == ErrorKind::Permission);
    }
    try {
        SecretBox::open(folder / "key");
    } catch (const Error& error) {
        CHECK_THAT(error.hint(), Catch::Contains("chmod 600"));
    }
}

TEST_CASE("SecretBox: a file that is no key is refused, never replaced", "[secrets]") {
    const TempDir folder;
    const auto file = folder / "key";
    for (const std::string& text : {std::string(),
                                    std::string("abc\n"),
                                    std::string(64, 'z'),
                                    std::string(65, 'a'),
                                    std::string(66, 'a')}) {
        writeKey(file, text);
        CHECK(kindOfOpening(file) == ErrorKind::Settings);
        CHECK(contentOf(file) == text);
    }
    writeKey(file, std::string(64, 'a'));
    CHECK(kindOfOpening(file) == ErrorKind::None);
    REQUIRE(std::filesystem::create_directory(folder / "folder"));
    CHECK(kindOfOpening(folder / "folder") == ErrorKind::Settings);
}

TEST_CASE("SecretBox: a key that cannot be made says where and why", "[secrets]") {
    const TempDir folder;
    CHECK_THROWS_WITH(SecretBox::open(folder / "missing" / "key"),
                      Catch::Contains("cannot create the master key") && Catch::Contains("missing/key"));
    std::ofstream(folder / "file") << "x";
    CHECK_THROWS_WITH(SecretBox::open(folder / "file" / "key"),
                      Catch::Contains("cannot read the master key"));
}
