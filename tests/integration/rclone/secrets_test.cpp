#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>
#include <sodium.h>

#include "rclone_target.h"
#include "tests/integration/rclone/fixture.h"
#include "tests/support/rclone_server.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using dbackup::rclone::RcloneTarget;

namespace {

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// A rclone that notes its arguments and environment before it does its work.
void makeNotingRclone(const TempDir& folder) {
    const std::filesystem::path tool = folder / "rclone";
    std::ofstream(tool) << "#!/bin/sh\n{ printf '%s\\n' \"$@\"; env; } >>" << (folder / "notes").string()
                        << "\nexec /usr/bin/rclone \"$@\"\n";
    std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
}

/// Writes a configuration as rclone encrypts it (fs/config/crypt.go): NaCl's secretbox, keyed by a hash.
void writeEncrypted(const std::filesystem::path& file,
                    const std::string& config,
                    const std::string& password) {
    const std::string salted = "[" + password + "][rclone-config]";
    std::array<unsigned char, crypto_secretbox_KEYBYTES> key{};
    std::vector<unsigned char> sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES +
                                      config.size());
    randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
    crypto_hash_sha256(key.data(), reinterpret_cast<const unsigned char*>(salted.data()), salted.size());
    crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES,
                          reinterpret_cast<const unsigned char*>(config.data()),
                          config.size(),
                          sealed.data(),
                          key.data());
    std::vector<char> text(sodium_base64_ENCODED_LEN(sealed.size(), sodium_base64_VARIANT_ORIGINAL));
    sodium_bin2base64(text.data(), text.size(), sealed.data(), sealed.size(), sodium_base64_VARIANT_ORIGINAL);
    std::ofstream(file) << "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\n"
                        << text.data() << "\n";
}

}  // namespace

TEST_CASE("RcloneTarget: no secret is among the arguments or in the environment", "[rclone]") {
    const RcloneServer server;
    const TempDir tools;
    makeNotingRclone(tools);
    RecordingRun run;
    run.tool_path = tools.path().string() + ":/usr/bin:/bin";
    const std::string config = server.config();
    RcloneTarget target(rcloneSettings("dav:", config, R"(,"configPassword":"never-seen")"));
    target.test(run);
    const std::string pass = config.substr(config.find("pass = ") + 7, 10);
    const std::string notes = contentOf(tools / "notes");
    CHECK(notes.find("rcat") != std::string::npos);
    CHECK(notes.find(pass) == std::string::npos);
    CHECK(notes.find("never-seen") == std::string::npos);
    const auto masked = run.masked();
    CHECK(
        std::any_of(masked.begin(), masked.end(), [&](const auto& each) { return each.starts_with(pass); }));
    CHECK(std::filesystem::is_empty(run.scratch()));
}

TEST_CASE("RcloneTarget: an encrypted configuration opens with its password alone", "[rclone]") {
    const TempDir folder;
    const std::filesystem::path file = folder / "rclone.conf";
    std::filesystem::create_directory(folder / "data");
    writeEncrypted(file, folderConfig(folder / "data"), "open sesame");
    const std::string begin =
        R"({"remote":"folder:","configFile":")" + file.string() + R"(","configPassword":")";
    RecordingRun run;
    RcloneTarget target(Settings(begin + "open sesame\"}"));
    put(target, "object", "bytes", run);
    CHECK(contentOf(folder / "data/object") == "bytes");
    RcloneTarget wrong(Settings(begin + "open barley\"}"));
    CHECK(errorOf([&] { wrong.test(run); }).kind() == ErrorKind::Authentication);
    RcloneTarget none(Settings(begin + "\"}"));
    CHECK(errorOf([&] { none.test(run); }).kind() == ErrorKind::Authentication);
}

TEST_CASE("RcloneTarget: what rclone changes in a configuration given as text is kept for the next call",
          "[rclone]") {
    const TempDir tools;
    std::filesystem::create_directory(tools / "data");
    // A remote that is there only after the first call, as a renewed token would be.
    std::ofstream(tools / "rclone")
        << "#!/bin/sh\nfile=$(printf '%s\\n' \"$@\" | sed -n '/^--config$/{n;p;}')\n"
        << "grep -q renewed \"$file\" && touch " << (tools / "seen").string()
        << "\necho '# renewed' >>\"$file\"\nexec /usr/bin/rclone \"$@\"\n";
    std::filesystem::permissions(tools / "rclone", std::filesystem::perms::owner_all);
    RecordingRun run;
    run.tool_path = tools.path().string() + ":/usr/bin:/bin";
    RcloneTarget target(rcloneSettings("folder:", folderConfig(tools / "data")));
    CHECK_FALSE(target.stat("nothing", run));
    CHECK(std::filesystem::exists(tools / "seen"));
}
