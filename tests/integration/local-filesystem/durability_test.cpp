#include <string>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

#include "local_fixture.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// What was made sure of, in its order: "file <name>" by the name it had then, "folder <name>".
std::vector<std::string>& synced() {
    static std::vector<std::string> calls;
    return calls;
}

}  // namespace

/// Stands in for that of the C library in this program, and does the same.
extern "C" int fsync(int descriptor) {
    std::error_code none;
    const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), none);
    synced().push_back((std::filesystem::is_directory(path) ? "folder " : "file ") +
                       path.filename().string());
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

TEST_CASE("LocalTarget: a file is on disk before it has its name, and its folders before commit() returns",
          "[local]") {
    LocalFixture fixture;
    synced().clear();
    const auto writer = fixture.create("job/backup/x");
    writer->write(std::as_bytes(std::span("hello", 5)));
    CHECK(synced().empty());
    writer->commit();
    REQUIRE(synced().size() >= 4);
    CHECK(synced().front().starts_with("file .x."));
    CHECK(std::vector(synced().begin() + 1, synced().begin() + 4) ==
          std::vector<std::string>{"folder backup", "folder job", "folder base"});
}
