#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "tests/support/recording_run.h"
#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("ExitStatus: its text tells exit codes and signals apart", "[sdk]") {
    CHECK(ExitStatus{0, 0}.text() == "exit status 0");
    CHECK(ExitStatus{3, 0}.text() == "exit status 3");
    CHECK(ExitStatus{0, 9}.text() == "killed by signal 9 (Killed)");
    CHECK(ExitStatus{0, 11}.text() == "killed by signal 11 (Segmentation fault)");
    CHECK(ExitStatus{0, 63}.text() == "killed by signal 63");
    CHECK(ExitStatus{0, 0}.ok());
    CHECK_FALSE(ExitStatus{1, 0}.ok());
    CHECK_FALSE(ExitStatus{0, 15}.ok());
}

TEST_CASE("Subprocess: output and exit code arrive", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("printf 'some output'; exit 3"), run);
    CHECK(child.readAll() == "some output");
    const ExitStatus status = child.wait();
    CHECK(status.code == 3);
    CHECK(status.signal == 0);
}

TEST_CASE("Subprocess: a child that dies of a signal says which", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("kill -SEGV $$"), run);
    const ExitStatus status = child.wait();
    CHECK(status.signal == SIGSEGV);
    CHECK_FALSE(status.ok());
}

TEST_CASE("Subprocess: arguments arrive as they are, without a shell", "[sdk]") {
    RecordingRun run;
    Command command("/usr/bin/printf");
    command.arg("<%s>").args({"a b", "$HOME", "*", "", "'\"\\"});
    Subprocess child(command, run);
    CHECK(child.readAll() == "<a b><$HOME><*><><'\"\\>");
    CHECK(child.wait().ok());
}

TEST_CASE("Subprocess: wait() twice gives the same status", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("exit 7"), run);
    CHECK(child.wait().code == 7);
    CHECK(child.wait().code == 7);
}

TEST_CASE("Subprocess: wait() drops output that nobody reads instead of waiting for ever", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("head -c 5000000 /dev/zero"), run);
    CHECK(child.wait().ok());
}

TEST_CASE("Subprocess: wait() does not wait for what the child leaves behind, and ends it", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("sleep 1000 & echo $!; exit 0"), run);
    const std::string left_behind = readLine(child);
    CHECK(child.wait().ok());
    CHECK(eventually([&] { return isGone(left_behind); }));
}

TEST_CASE("Subprocess: wait() does not depend on a process that has left the group", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("echo before >&2; setsid sleep 1000 & echo $!; exit 4"), run);
    const std::string escaped = readLine(child);
    CHECK(child.wait().code == 4);
    CHECK(child.errorText() == "before");
    ::kill(std::stoi(escaped), SIGKILL);
}

TEST_CASE("Subprocess: waitOk() reports the tool's name, status and last words", "[sdk]") {
    RecordingRun run;
    Subprocess failing(shell("echo 'the disk is on fire' >&2; exit 3"), run);
    CHECK(textThrownBy([&] { failing.waitOk(); }) == "sh failed (exit status 3): the disk is on fire");
    Subprocess silent(shell("exit 1"), run);
    CHECK(textThrownBy([&] { silent.waitOk(); }) == "sh failed (exit status 1)");
    Subprocess killed(shell("kill -9 $$"), run);
    CHECK(kindThrownBy([&] { killed.waitOk(); }) == ErrorKind::ToolFailed);
    Subprocess fine(shell("exit 0"), run);
    CHECK_NOTHROW(fine.waitOk());
}

TEST_CASE("Subprocess: a long complaint is cut to whole last lines in the message", "[sdk]") {
    RecordingRun run;
    Subprocess lines(
        shell("i=0; while [ $i -lt 500 ]; do echo \"line number $i\" >&2; i=$((i+1)); done; exit 1"), run);
    const std::string text = textThrownBy([&] { lines.waitOk(); });
    CHECK(text.size() < 2200);
    CHECK(text.starts_with("sh failed (exit status 1): line number "));
    CHECK(text.ends_with("line number 499"));
    Subprocess one_line(shell("head -c 5000 /dev/zero | tr '\\0' x >&2; exit 1"), run);
    CHECK(textThrownBy([&] { one_line.waitOk(); }).ends_with("xxx"));
}

TEST_CASE("Subprocess: a child reads what is written to it until its input is closed", "[sdk]") {
    RecordingRun run;
    const std::string text(8U << 20, 'd');
    Subprocess child(Command("/bin/cat").withInput(), run);
    std::thread writer([&] {
        CHECK(child.writeInput(bytesOf(text)));
        child.closeInput();
    });
    const std::string echoed = child.readAll(text.size());
    writer.join();
    CHECK(echoed == text);
    CHECK(child.wait().ok());
}

TEST_CASE("Subprocess: without withInput() a child's input is empty", "[sdk]") {
    RecordingRun run;
    Subprocess child(Command("/bin/cat"), run);
    CHECK(child.readAll().empty());
    CHECK_FALSE(child.writeInput(bytesOf("x")));
    CHECK(child.wait().ok());
}

TEST_CASE("Subprocess: writing to a child that has closed its input is false and no signal", "[sdk]") {
    RecordingRun run;
    struct sigaction before {};
    REQUIRE(::sigaction(SIGPIPE, nullptr, &before) == 0);
    Subprocess child(shell("exec <&-; echo closed; sleep 1000").withInput(), run);
    REQUIRE(readLine(child) == "closed");
    CHECK_FALSE(child.writeInput(bytesOf("does anybody read this?")));
    struct sigaction after {};
    REQUIRE(::sigaction(SIGPIPE, nullptr, &after) == 0);
    CHECK(before.sa_handler == after.sa_handler);
    sigset_t pending;
    REQUIRE(::sigpending(&pending) == 0);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("Subprocess: a SIGPIPE that was pending before a write is pending after it", "[sdk]") {
    RecordingRun run;
    sigset_t sigpipe;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigset_t before;
    REQUIRE(::pthread_sigmask(SIG_BLOCK, &sigpipe, &before) == 0);
    REQUIRE(::pthread_kill(::pthread_self(), SIGPIPE) == 0);
    Subprocess child(shell("exec <&-; echo closed; sleep 1000").withInput(), run);
    REQUIRE(readLine(child) == "closed");
    CHECK_FALSE(child.writeInput(bytesOf("x")));
    const timespec at_once{};
    CHECK(::sigtimedwait(&sigpipe, nullptr, &at_once) == SIGPIPE);
    REQUIRE(::pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
}

TEST_CASE("Subprocess: readAll() refuses more than its limit", "[sdk]") {
    RecordingRun run;
    Subprocess fits(shell("printf 1234567890"), run);
    CHECK(fits.readAll(10) == "1234567890");
    CHECK(fits.wait().ok());
    Subprocess endless(shell("yes"), run);
    CHECK(textThrownBy([&] { endless.readAll(100000); }) ==
          "sh wrote more than the 100000 bytes expected of it");
    CHECK(endless.wait().signal == SIGKILL);
}

TEST_CASE("Subprocess: standard error is kept to its last 16 KiB, however much there is", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("yes 'a line of complaint' | head -c 30000000 >&2; echo 'the last line' >&2"),
                     run);
    CHECK(child.wait().ok());
    const std::string text = child.errorText();
    CHECK(text.size() <= (16U << 10));
    CHECK(text.size() > (15U << 10));
    CHECK(text.starts_with("a line of complaint\n"));
    CHECK(text.ends_with("the last line"));
    const auto messages = run.messages();
    REQUIRE(messages.size() == 1001);
    CHECK(messages.front() == "sh: a line of complaint");
    CHECK(messages.back() == "sh: more lines follow that are not logged");
    CHECK(run.entries().front().level == LogLevel::Debug);
}

TEST_CASE("Subprocess: one endless line on standard error is kept and logged in part", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("head -c 300000 /dev/zero | tr '\\0' e >&2"), run);
    CHECK(child.wait().ok());
    CHECK(child.errorText() == std::string(16U << 10, 'e'));
    REQUIRE(run.messages().size() == 1);
    CHECK(run.messages().front() == "sh: " + std::string(4U << 10, 'e'));
}

TEST_CASE("Subprocess: a last line without a line feed is logged, empty lines are not", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("printf 'one\\n\\n  \\ntwo' >&2"), run);
    CHECK(child.wait().ok());
    CHECK(run.messages() == std::vector<std::string>{"sh: one", "sh: two"});
    CHECK(child.errorText() == "one\n\n  \ntwo");
}

TEST_CASE("Subprocess: what a tool complains becomes plain UTF-8", "[sdk]") {
    RecordingRun run;
    Subprocess child(shell("printf 'r\\303\\266d \\377 \\033[31mred\\n' >&2"), run);
    CHECK(child.wait().ok());
    CHECK(child.errorText() == "r\u00f6d ?  [31mred");
    CHECK(run.messages() == std::vector<std::string>{"sh: r\u00f6d ?  [31mred"});
}

TEST_CASE("Subprocess: a failure of the log reaches the one who waits", "[sdk]") {
    RecordingRun run;
    run.on_log = [](std::string_view) { throw Error(ErrorKind::Internal, "the log is full"); };
    Subprocess child(shell("yes | head -c 1000000 >&2"), run);
    CHECK(textThrownBy([&] { (void)child.wait(); }) == "the log is full");
}
