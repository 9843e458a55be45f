#include "core/pipeline/object_source.h"

#include <catch2/catch.hpp>

#include "fakes.h"

using namespace dbackup;
using namespace dbackup::pipeline;
using namespace dbackup::test;

namespace {

struct Fixture {
    MemoryTarget target;
    RecordingContext run;
    Destination where{{"d", "NAS", "plugin memory", target, run}};
    std::vector<Volume> volumes{{"j/b/a.000", 5, sha256Hex("hello")}, {"j/b/a.001", 6, sha256Hex(" world")}};

    Fixture() {
        target.put("j/b/a.000", "hello");
        target.put("j/b/a.001", " world");
    }
    std::string read() {
        StoredSource source(where, volumes);
        return drain(source, 4);
    }
    std::string fault(ErrorKind kind) {
        try {
            read();
        } catch (const Error& error) {
            CHECK(error.kind() == kind);
            return error.what();
        }
        return "sound";
    }
};

}  // namespace

TEST_CASE("StoredSource: gives the volumes one after another", "[pipeline]") {
    Fixture fixture;
    CHECK(fixture.read() == "hello world");
    StoredSource source(fixture.where, fixture.volumes);
    CHECK(source.read({}) == 0);
    CHECK(drain(source) == "hello world");
}

TEST_CASE("StoredSource: a flipped byte is found, with object and destination", "[pipeline]") {
    Fixture fixture;
    fixture.target.put("j/b/a.001", " World");
    CHECK(fixture.fault(ErrorKind::Integrity) ==
          "object j/b/a.001 on 'NAS' is damaged: its SHA-256 is not that of the bytes that were stored");
}

TEST_CASE("StoredSource: a cut or longer object is found", "[pipeline]") {
    Fixture fixture;
    fixture.target.put("j/b/a.000", "hell");
    CHECK(fixture.fault(ErrorKind::Integrity) ==
          "object j/b/a.000 on 'NAS' is damaged: it has 4 bytes, 5 were stored");
    fixture.target.put("j/b/a.000", "hello!");
    CHECK(fixture.fault(ErrorKind::Integrity) ==
          "object j/b/a.000 on 'NAS' is damaged: it has more than the 5 bytes that were stored");
}

TEST_CASE("StoredSource: swapped volumes are found", "[pipeline]") {
    Fixture fixture;
    fixture.volumes[1].size_bytes = 5;
    fixture.volumes[1].sha256 = sha256Hex("world");
    fixture.target.put("j/b/a.000", "world");
    fixture.target.put("j/b/a.001", "hello");
    CHECK(fixture.fault(ErrorKind::Integrity).find("a.000") != std::string::npos);
}

TEST_CASE("StoredSource: a missing object and an unreadable one are named", "[pipeline]") {
    Fixture fixture;
    fixture.volumes[1].name = "j/b/b";
    CHECK(fixture.fault(ErrorKind::NotFound) == "object j/b/b on 'NAS' is missing");

    MemoryTarget broken([](std::string_view, const std::string&) { throw std::runtime_error("no route"); });
    const Destination where({"d", "NAS", "plugin memory", broken, fixture.run});
    StoredSource source(where, fixture.volumes);
    CHECK_THROWS_WITH(drain(source),
                      "object j/b/a.000 on 'NAS' cannot be read: plugin memory failed: no route");
}

TEST_CASE("StoredSource: a stop ends it", "[pipeline]") {
    Fixture fixture;
    fixture.run.source.request_stop();
    fixture.fault(ErrorKind::Cancelled);
}

TEST_CASE("CheckedSource: ends only when size and SHA-256 agree", "[pipeline]") {
    CountingObserver observer;
    const auto check = [&](const std::string& text, const Original& original) {
        CheckedSource source(std::make_unique<TextSource>(text), original, observer);
        CHECK(source.read({}) == 0);
        const std::string all = drain(source);
        CHECK(drain(source).empty());
        return all;
    };
    CHECK(check("dump", {"a", 4, sha256Hex("dump")}) == "dump");
    CHECK(observer.produced_bytes == 4);
    CHECK(check("", {"a", 0, sha256Hex("")}).empty());
    CHECK_THROWS_WITH(check("dump", {"a", 5, sha256Hex("dump")}),
                      Catch::Contains("object a is not what was dumped"));
    CHECK_THROWS_WITH(check("dump", {"a", 4, sha256Hex("dumb")}),
                      Catch::Contains("object a is not what was dumped"));
}
