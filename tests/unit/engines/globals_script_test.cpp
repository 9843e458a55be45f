#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "plugins/engines/postgres/globals.h"
#include "tests/support/memory_streams.h"

using dbackup::postgres::GlobalsScript;
using dbackup::postgres::PresentGlobals;
using dbackup::test::MemorySource;

namespace {

std::string fitted(const std::string& script, std::size_t block = 64 * 1024) {
    MemorySource source(script);
    source.block_bytes = block;
    GlobalsScript globals(source, PresentGlobals{{"postgres", "my \"role\""}, {"fast disk"}, "postgres"});
    std::string text;
    std::array<std::byte, 100> buffer{};
    while (const std::size_t got = globals.read(buffer)) {
        text.append(static_cast<const char*>(static_cast<const void*>(buffer.data())), got);
    }
    return text;
}

}  // namespace

TEST_CASE("GlobalsScript: makes what is missing, in one transaction", "[postgres]") {
    const std::string line = "CREATE ROLE shop;\nALTER ROLE shop WITH NOSUPERUSER PASSWORD 'x';\n";
    CHECK(fitted(line) == "BEGIN;\n" + line + "\nCOMMIT;\n");
    CHECK(fitted(line, 1) == fitted(line));
}

TEST_CASE("GlobalsScript: roles and tablespaces that are there are not made again, but get their attributes",
          "[postgres]") {
    CHECK(fitted("CREATE ROLE \"my \"\"role\"\"\";\nALTER ROLE \"my \"\"role\"\"\" WITH LOGIN;\n") ==
          "BEGIN;\nALTER ROLE \"my \"\"role\"\"\" WITH LOGIN;\n\nCOMMIT;\n");
    CHECK(fitted("CREATE TABLESPACE \"fast disk\" OWNER postgres LOCATION '/x';\n") == "BEGIN;\n\nCOMMIT;\n");
}

TEST_CASE("GlobalsScript: the restoring account keeps its attributes and its password", "[postgres]") {
    CHECK(fitted("CREATE ROLE postgres;\nALTER ROLE postgres WITH SUPERUSER PASSWORD 'old';\n") ==
          "BEGIN;\n\nCOMMIT;\n");
    CHECK(fitted("ALTER ROLE postgres SET work_mem TO '8MB';\n") ==
          "BEGIN;\nALTER ROLE postgres SET work_mem TO '8MB';\n\nCOMMIT;\n");
}

TEST_CASE("GlobalsScript: a tablespace is made outside of the transaction", "[postgres]") {
    const std::string line = "CREATE TABLESPACE slow OWNER postgres LOCATION '/x';\n";
    CHECK(fitted(line) == "BEGIN;\nCOMMIT;\n" + line + "BEGIN;\n\nCOMMIT;\n");
}

TEST_CASE("GlobalsScript: a name that goes on in the next line is left alone", "[postgres]") {
    const std::string line = "CREATE ROLE \"two\nlines\";\n";
    CHECK(fitted(line) == "BEGIN;\n" + line + "\nCOMMIT;\n");
}

TEST_CASE("GlobalsScript: a line without end is refused", "[postgres]") {
    CHECK_THROWS_AS(fitted(std::string((std::size_t{16} << 20) + 1, 'x')), dbackup::sdk::Error);
}
