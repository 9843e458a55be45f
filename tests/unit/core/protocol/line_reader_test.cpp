#include "core/protocol/line_reader.h"

#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "core/base/error.h"
#include "core/protocol/messages.h"

using namespace dbackup;
using namespace dbackup::protocol;
using namespace std::chrono_literals;

namespace {

struct Pipe {
    explicit Pipe(int flags = O_CLOEXEC) {
        int fds[2];
        REQUIRE(pipe2(fds, flags) == 0);
        out.reset(fds[0]);
        in.reset(fds[1]);
    }
    void put(std::string_view text) const {
        REQUIRE(write(in.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    sdk::UniqueFd out;
    sdk::UniqueFd in;
};

}  // namespace

TEST_CASE("LineReader: cuts what comes into lines, however it comes", "[protocol]") {
    const Pipe pipe;
    LineReader reader(pipe.out.get());
    std::string line;
    pipe.put("one\ntw");
    CHECK(reader.next(line, 1s) == LineReader::State::Line);
    CHECK(line == "one");
    CHECK(reader.next(line, 0ms) == LineReader::State::TimedOut);
    pipe.put("o\n\nthree\n");
    CHECK(reader.next(line, 1s) == LineReader::State::Line);
    CHECK(line == "two");
    CHECK(reader.next(line, 1s) == LineReader::State::Line);
    CHECK(line.empty());
    CHECK(reader.next(line, -1ms) == LineReader::State::Line);
    CHECK(line == "three");
}

TEST_CASE("LineReader: a last line without its end is no line", "[protocol]") {
    Pipe pipe;
    LineReader reader(pipe.out.get());
    std::string line;
    pipe.put("whole\nhal");
    pipe.in.reset();
    CHECK(reader.next(line, -1ms) == LineReader::State::Line);
    CHECK(line == "whole");
    CHECK(reader.next(line, -1ms) == LineReader::State::End);
    CHECK(reader.next(line, -1ms) == LineReader::State::End);
}

TEST_CASE("LineReader: gives up after its time", "[protocol]") {
    const Pipe pipe;
    LineReader reader(pipe.out.get());
    std::string line;
    const auto start = std::chrono::steady_clock::now();
    CHECK(reader.next(line, 30ms) == LineReader::State::TimedOut);
    CHECK(std::chrono::steady_clock::now() - start >= 30ms);
}

TEST_CASE("LineReader: a line of endless length is refused", "[protocol]") {
    Pipe pipe;
    std::jthread writer([&pipe] {
        const std::string block(1 << 20, 'x');
        for (int i = 0; i < 40; ++i) {
            if (write(pipe.in.get(), block.data(), block.size()) < 0) return;
        }
    });
    signal(SIGPIPE, SIG_IGN);
    LineReader reader(pipe.out.get());
    std::string line;
    CHECK_THROWS_WITH(reader.next(line, 60s), Catch::Contains("longer than"));
    pipe.out.reset();
}

TEST_CASE("LineReader: reports a descriptor that cannot be read", "[protocol]") {
    const sdk::UniqueFd folder(open("/", O_RDONLY | O_CLOEXEC));
    LineReader reader(folder.get());
    std::string line;
    CHECK_THROWS_AS(reader.next(line, 1s), Error);
}

TEST_CASE("writeLine: writes long lines whole, also into a pipe that does not block", "[protocol]") {
    const Pipe pipe(O_CLOEXEC | O_NONBLOCK);
    const std::string sent(3 << 20, 'y');
    std::string got;
    {
        const std::jthread reader([&] {
            LineReader lines(pipe.out.get());
            lines.next(got, 60s);
        });
        CHECK(writeLine(pipe.in.get(), sent));
    }
    CHECK(got == sent);
}

TEST_CASE("writeLine: says when nobody reads any more", "[protocol]") {
    signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    pipe.out.reset();
    CHECK_FALSE(writeLine(pipe.in.get(), "hello"));
    CHECK_THROWS_AS(writeLine(-1, "hello"), Error);
}
