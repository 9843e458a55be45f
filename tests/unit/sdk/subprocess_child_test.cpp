#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unique_fd.h>

#include "tests/support/recording_run.h"
#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using namespace std::string_literals;

namespace {

std::set<std::string> descriptorsOf(const std::string& pid) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + pid + "/fd")) {
        names.insert(entry.path().filename());
    }
    return names;
}

std::size_t openDescriptors() {
    return descriptorsOf("self").size();
}

// Allows this process only so many descriptors while it lives.
class FewDescriptors {
public:
    explicit FewDescriptors(rlim_t count) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{count, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

std::string nameOf(int pid) {
    std::string name = contentsOf("/proc/" + std::to_string(pid) + "/comm");
    return name.substr(0, name.find('\n'));
}

std::string outputOf(const Command& command, RecordingRun& run) {
    Subprocess child(command, run);
    std::string output = child.readAll();
    child.waitOk();
    return output;
}

}  // namespace

TEST_CASE("Subprocess: a missing program is ToolMissing and names it", "[sdk]") {
    RecordingRun run;
    const Command command("/nonexistent/folder/pg_dump");
    CHECK(kindThrownBy([&] { Subprocess child(command, run); }) == ErrorKind::ToolMissing);
    CHECK_THAT(textThrownBy([&] { Subprocess child(command, run); }),
               Catch::StartsWith("cannot run /nonexistent/folder/pg_dump: No such file or directory"));
}

TEST_CASE("Subprocess: a file that cannot be executed is Permission", "[sdk]") {
    RecordingRun run;
    const std::string file = run.scratch() / "tool";
    std::ofstream(file) << "#!/bin/sh\n";
    CHECK(kindThrownBy([&] { Subprocess child(Command(file), run); }) == ErrorKind::Permission);
    CHECK(kindThrownBy([&] { Subprocess child(Command(run.scratch()), run); }) == ErrorKind::Permission);
}

TEST_CASE("Subprocess: a file that is no program is an error with the system's words", "[sdk]") {
    RecordingRun run;
    const std::string file = run.scratch() / "tool";
    std::ofstream(file) << "no program at all";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    CHECK(textThrownBy([&] { Subprocess child(Command(file), run); }) ==
          "cannot run " + file + ": Exec format error");
}

TEST_CASE("Subprocess: no descriptor is left, whether the child ran or could not", "[sdk]") {
    RecordingRun run;
    const std::size_t before = openDescriptors();
    {
        Command command = shell("cat; echo error >&2").withInput();
        command.secretFile(SecretString("secret"));
        Subprocess child(command, run);
        CHECK(openDescriptors() > before);
        CHECK(child.wait().ok());
    }
    CHECK(openDescriptors() == before);
    CHECK(kindThrownBy([&] { Subprocess child(Command("/nonexistent"), run); }) == ErrorKind::ToolMissing);
    CHECK(openDescriptors() == before);
}

#if !defined(__SANITIZE_ADDRESS__)  // whose checks need descriptors themselves
TEST_CASE("Subprocess: without descriptors to spare no child is started, and it says so", "[sdk]") {
    RecordingRun run;
    const std::size_t before = openDescriptors();
    Command command = shell("exit 0");
    command.secretFile(SecretString("secret"));
    command.withInput();
    // One descriptor more each time, so that each step of the start fails once.
    std::set<std::string> failures;
    for (rlim_t count = 0;; ++count) {
        const FewDescriptors few(count);
        const std::string failure = textThrownBy([&] { Subprocess child(command, run); });
        if (failure.empty()) break;
        failures.insert(failure.substr(0, failure.find(':')));
    }
    CHECK(failures == std::set{"cannot watch sh"s,
                               "cannot make a pipe for /bin/sh"s,
                               "cannot prepare the descriptors of /bin/sh"s});
    CHECK(openDescriptors() == before);
}
#endif

TEST_CASE("Subprocess: a child inherits nothing but its three descriptors and the secrets", "[sdk]") {
    RecordingRun run;
    const UniqueFd careless(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC
    const UniqueFd careless_in_the_way(::fcntl(careless.get(), F_DUPFD, 11));
    REQUIRE(careless_in_the_way);
    Command command = shell("echo ready; exec sleep 1000");
    // The loader opens the libraries of the new program, one after another, and closes them again.
    const auto has_just = [&](const std::set<std::string>& expected) {
        Subprocess child(command, run);
        REQUIRE(readLine(child) == "ready");
        return eventually([&] {
            return nameOf(child.pid()) == "sleep" && descriptorsOf(std::to_string(child.pid())) == expected;
        });
    };
    CHECK(has_just({"0", "1", "2"}));
    command.secretFile(SecretString("one"));
    command.secretFile(SecretString("two"));
    CHECK(has_just({"0", "1", "2", "10", "11"}));
}

TEST_CASE("Subprocess: a child's environment is small and its own", "[sdk]") {
    RecordingRun run;
    ::setenv("DBACKUP_TEST_CANARY", "must not be inherited", 1);
    ::setenv("TZ", "Europe/Berlin", 1);
    run.tool_path = "/opt/tools:/usr/bin";
    Command command("/usr/bin/env");
    command.env("PGPASSFILE", "/proc/self/fd/10").env("LANG", "C");
    CHECK(outputOf(command, run) == "HOME=" + run.scratch().string() +
                                        "\nLANG=C\nPATH=/opt/tools:/usr/bin\n"
                                        "PGPASSFILE=/proc/self/fd/10\nTZ=Europe/Berlin\n");
    ::unsetenv("TZ");
    run.tool_path = "";
    CHECK(outputOf(Command("/usr/bin/env"), run) ==
          "HOME=" + run.scratch().string() + "\nLANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\n");
}

TEST_CASE("Subprocess: a secret is a private file that cannot be changed", "[sdk]") {
    RecordingRun run;
    Command command("/bin/sh");
    const std::string file = command.secretFile(SecretString("s3cr3t content"));
    const std::string other = command.secretFile(SecretString("another"));
    CHECK(file == "/proc/self/fd/10");
    CHECK(other == "/proc/self/fd/11");
    command.args({"-c",
                  "cat \"$1\"; echo; cat \"$1\"; echo; cat \"$2\"; echo; stat -L -c %a \"$1\"; "
                  "echo more 2>/dev/null >>\"$1\" || echo sealed",
                  "sh",
                  file,
                  other});
    CHECK(outputOf(command, run) == "s3cr3t content\ns3cr3t content\nanother\n600\nsealed\n");
    CHECK_THAT(outputOf(command, run), Catch::StartsWith("s3cr3t content\n"));  // a Command can be used again
}

TEST_CASE("Subprocess: a secret is in no argv, no environment and no file of the run", "[sdk]") {
    RecordingRun run;
    const std::string canary = "canary-6b1f";
    Command command = shell("cat /proc/self/fd/10 >/dev/null; echo ready; sleep 1000");
    command.secretFile(SecretString(canary));
    Subprocess child(command, run);
    REQUIRE(readLine(child) == "ready");
    const std::string process = "/proc/" + std::to_string(child.pid());
    REQUIRE_FALSE(contentsOf(process + "/cmdline").empty());
    REQUIRE_FALSE(contentsOf(process + "/environ").empty());
    CHECK(contentsOf(process + "/cmdline").find(canary) == std::string::npos);
    CHECK(contentsOf(process + "/environ").find(canary) == std::string::npos);
    CHECK(std::filesystem::is_empty(run.scratch()));
}

TEST_CASE("Subprocess: more secrets than there is room for are refused", "[sdk]") {
    RecordingRun run;
    Command command("/bin/true");
    for (int i = 0; i < 54; ++i) {
        command.secretFile(SecretString("x"));
    }
    CHECK(outputOf(command, run).empty());
    command.secretFile(SecretString("x"));
    CHECK(kindThrownBy([&] { Subprocess child(command, run); }) == ErrorKind::Internal);
}

TEST_CASE("Subprocess: a child blocks and ignores no signal, whatever its parent does", "[sdk]") {
    RecordingRun run;
    sigset_t some;
    sigemptyset(&some);
    sigaddset(&some, SIGTERM);
    sigset_t before;
    REQUIRE(::pthread_sigmask(SIG_BLOCK, &some, &before) == 0);
    const auto handler = ::signal(SIGINT, SIG_IGN);
    // A service may be started with a signal ignored that is glibc's own, which sigaction() does not touch.
    std::array<unsigned long, 8> ignored{reinterpret_cast<unsigned long>(SIG_IGN)};
    std::array<unsigned long, 8> as_before{};
    REQUIRE(::syscall(SYS_rt_sigaction, 32, ignored.data(), as_before.data(), 8) == 0);
    const std::string masks =
        outputOf(Command("/bin/grep").args({"-E", "Sig(Blk|Ign)", "/proc/self/status"}), run);
    CHECK(masks == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    ::syscall(SYS_rt_sigaction, 32, as_before.data(), nullptr, 8);
    ::signal(SIGINT, handler);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("Subprocess: a child leads a session and a process group of its own", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("cut -d' ' -f5,6 /proc/$$/stat"), run);
    const std::string own = std::to_string(child.pid());
    CHECK(child.readAll() == own + " " + own + "\n");
    CHECK(child.wait().ok());
}

TEST_CASE("Subprocess: a child's output pipe holds a mebibyte where the kernel allows it", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("head -c 1048576 /dev/zero; echo done >&2"), run);
    // Nobody reads: the child gets through only if the pipe takes it all.
    CHECK(eventually([&] { return child.errorText() == "done"; }));
    CHECK(child.readAll() == std::string(1048576, '\0'));
    CHECK(child.wait().ok());
}

TEST_CASE("Subprocess: a child does not outlive the thread that started it", "[sdk]") {
    RecordingRun run;
    std::unique_ptr<Subprocess> child;
    std::thread([&] { child = std::make_unique<Subprocess>(shell("exec sleep 1000"), run); }).join();
    CHECK(child->wait().signal == SIGKILL);
}

TEST_CASE("Subprocess: the destructor kills and collects", "[sdk]") {
    RecordingRun run;
    std::string pid;
    std::string grandchild;
    {
        Subprocess child(shell("sleep 1000 & echo $!; sleep 1000"), run);
        pid = std::to_string(child.pid());
        grandchild = readLine(child);
        CHECK_FALSE(isGone(pid));
    }
    CHECK_FALSE(std::filesystem::exists("/proc/" + pid));
    CHECK(eventually([&] { return isGone(grandchild); }));
}

namespace {

// Runs the script as a child of a process that dies after it has written to it, as a killed worker does. The
// child itself outlives the death of its parent, to tell what it read.
std::string statusSeenByOrphan(Command (*command)(const std::string& script)) {
    const TempDir folder;
    const std::string script = "echo ready; cat >/dev/null 2>&1; echo $? >" + (folder / "new").string() +
                               " && mv " + (folder / "new").string() + " " + (folder / "status").string();
    const pid_t parent = ::fork();
    if (parent == 0) {
        RecordingRun run;
        Subprocess child(command(script), run);
        readLine(child);  // it has left the death signal behind
        child.writeInput(std::as_bytes(std::span("bytes", 5)));
        ::_exit(0);
    }
    ::waitpid(parent, nullptr, 0);
    REQUIRE(eventually([&] { return std::filesystem::exists(folder / "status"); }));
    return contentsOf((folder / "status").string());
}

Command orphan(const std::string& script) {
    return Command("/usr/bin/setpriv").args({"--pdeathsig", "clear", "sh", "-c", script});
}

}  // namespace

TEST_CASE("Subprocess: a guarded input has no end when the process that writes it dies", "[subprocess]") {
    CHECK(statusSeenByOrphan([](const std::string& script) { return orphan(script).withInput(); }) == "0\n");
    CHECK(statusSeenByOrphan([](const std::string& script) { return orphan(script).withGuardedInput(); }) ==
          "1\n");
}

TEST_CASE("Subprocess: a guarded input that is closed has its end, with all bytes before it",
          "[subprocess]") {
    RecordingRun run;
    Command command = shell("wc -c");
    Subprocess child(command.withGuardedInput(), run);
    const std::string bytes(5 << 20, 'x');
    CHECK(child.writeInput(std::as_bytes(std::span(bytes))));
    child.closeInput();
    CHECK(child.readAll() == "5242880\n");
    CHECK(child.wait().ok());
}
