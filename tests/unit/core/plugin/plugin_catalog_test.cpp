#include "core/plugin/plugin_catalog.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::plugin;
using dbackup::test::TempDir;

namespace {

const Log quiet(Log::Level::Error);

ComponentInfo component(const std::string& kind, const std::string& id) {
    return {kind, id, id, R"({"type":"object","properties":{"password":{"x-secret":true}}})", "{}"};
}

PluginFile described(const std::string& name, std::vector<ComponentInfo> components) {
    PluginFile file;
    file.name = name;
    file.version = "1.0";
    file.components = std::move(components);
    return file;
}

// A folder of empty files, described as a worker would.
class Folder {
public:
    void add(const std::string& file, const PluginFile& description) {
        std::ofstream(dir_ / file).flush();
        described_[(dir_ / file).string()] = description;
    }
    void addRefused(const std::string& file) { std::ofstream(dir_ / file).flush(); }
    PluginCatalog catalog() const {
        return {dir_.path().string(),
                [this](const std::string& file) {
                    const auto found = described_.find(file);
                    if (found == described_.end())
                        throw Error(ErrorKind::Unsupported, "built for ABI 3.1", "Rebuild it");
                    return found->second;
                },
                quiet};
    }
    std::string path(const std::string& file) const { return dir_ / file; }

private:
    TempDir dir_;
    std::map<std::string, PluginFile> described_;
};

}  // namespace

TEST_CASE("PluginCatalog: finds components by kind and id", "[plugin]") {
    Folder folder;
    folder.add("one.so", described("one", {component("engine", "mysql"), component("engine", "mariadb")}));
    folder.add("two.so", described("two", {component("target", "local")}));
    folder.addRefused("README.txt");
    const PluginCatalog catalog = folder.catalog();
    REQUIRE(catalog.files().size() == 2);
    CHECK(catalog.files()[0].loaded);
    CHECK(catalog.files()[0].file == folder.path("one.so"));
    CHECK(catalog.ids("engine") == std::vector<std::string>{"mariadb", "mysql"});
    CHECK(catalog.ids("target") == std::vector<std::string>{"local"});
    CHECK(catalog.ids("channel").empty());
    const CatalogEntry* entry = catalog.find("target", "local");
    REQUIRE(entry != nullptr);
    CHECK(entry->plugin_file == folder.path("two.so"));
    CHECK(entry->component.id == "local");
    CHECK(entry->validator->secretKeys() == std::vector<std::string>{"password"});
    CHECK(catalog.find("engine", "local") == nullptr);
    CHECK(catalog.find("engine", "oracle") == nullptr);
}

TEST_CASE("PluginCatalog: a refused file stays with its reason, and the others work", "[plugin]") {
    Folder folder;
    folder.addRefused("bad.so");
    folder.add("good.so", described("good", {component("engine", "good")}));
    const PluginCatalog catalog = folder.catalog();
    REQUIRE(catalog.files().size() == 2);
    CHECK(catalog.files()[0].file == folder.path("bad.so"));
    CHECK_FALSE(catalog.files()[0].loaded);
    CHECK(catalog.files()[0].reason == "built for ABI 3.1. Rebuild it");
    CHECK(catalog.files()[1].loaded);
    CHECK(catalog.find("engine", "good") != nullptr);
}

TEST_CASE("PluginCatalog: a taken id refuses the later file as a whole and names the earlier", "[plugin]") {
    Folder folder;
    folder.add("a.so", described("a", {component("engine", "first"), component("engine", "shared")}));
    folder.add("b.so", described("b", {component("engine", "second"), component("target", "shared")}));
    folder.add("c.so", described("c", {component("engine", "second")}));
    const PluginCatalog catalog = folder.catalog();
    REQUIRE(catalog.files().size() == 3);
    CHECK_FALSE(catalog.files()[1].loaded);
    CHECK(catalog.files()[1].reason == "the id 'shared' is taken by the engine in " + folder.path("a.so") +
                                           ". Remove one of the two files");
    CHECK(catalog.find("engine", "second")->plugin_file == folder.path("c.so"));
    CHECK(catalog.find("target", "shared") == nullptr);
}

TEST_CASE("PluginCatalog: a schema that cannot be used refuses its file", "[plugin]") {
    Folder folder;
    auto broken = component("engine", "broken");
    broken.schema = R"({"type":"string"})";
    folder.add("a.so", described("a", {component("engine", "fine"), broken}));
    const PluginCatalog catalog = folder.catalog();
    CHECK_FALSE(catalog.files()[0].loaded);
    CHECK_THAT(catalog.files()[0].reason, Catch::StartsWith("the settings schema cannot be used"));
    CHECK(catalog.ids("engine").empty());
}

TEST_CASE("PluginCatalog: a folder that is not there is an error, an empty one is not", "[plugin]") {
    CHECK(Folder().catalog().files().empty());
    const TempDir dir;
    const auto describe = [](const std::string&) { return PluginFile(); };
    CHECK_THROWS_AS(PluginCatalog((dir / "missing").string(), describe, quiet), Error);
}
