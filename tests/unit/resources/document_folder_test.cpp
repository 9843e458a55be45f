#include "resources/document_folder.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::resources;

namespace {

const FolderOptions plain = {[](const std::string&) { return std::nullopt; }, false, false};

void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

std::string faultOf(const std::filesystem::path& path, const FolderOptions& options = plain) {
    try {
        loadDocuments(path, options);
        return "none";
    } catch (const Fault& fault) {
        return fault.what();
    }
}

}  // namespace

TEST_CASE("loadDocuments: takes YAML and JSON below the folder in order of name, and nothing hidden",
          "[resources]") {
    const test::TempDir folder;
    write(folder / "b.yaml", "kind: B1\n---\nkind: B2\n");
    write(folder / "a/x.yml", "kind: A\n");
    write(folder / "c.json", "{\"kind\": \"C\"}");
    write(folder / "notes.txt", "kind: no\n");
    write(folder / ".hidden.yaml", "kind: no\n");
    write(folder / ".git/x.yaml", "kind: no\n");
    std::string origins;
    for (const auto& document : loadDocuments(folder.path(), plain)) {
        origins += document.origin + '=' + document.body->getValue<std::string>("kind") + ' ';
    }
    CHECK(origins == "a/x.yml:1=A b.yaml:1=B1 b.yaml:3=B2 c.json:1=C ");
    CHECK(loadDocuments(folder / "b.yaml", plain).size() == 2);
}

TEST_CASE("loadDocuments: tells the faults of all files at once", "[resources]") {
    const test::TempDir folder;
    write(folder / "a.yaml", "kind: [\n");
    write(folder / "b.yaml", "just a text\n");
    const std::string faults = faultOf(folder.path());
    CHECK_THAT(faults, Catch::Contains("a.yaml:"));
    CHECK_THAT(faults, Catch::Contains("b.yaml:1: a document must have members"));
    CHECK_THAT(faultOf(folder / "none"), Catch::StartsWith("there is no file or folder"));
}

TEST_CASE("loadDocuments: refuses a file that others may write to, for the service", "[resources]") {
    const test::TempDir folder;
    write(folder / "a.yaml", "kind: A\n");
    std::filesystem::permissions(folder / "a.yaml", std::filesystem::perms(0664));
    FolderOptions strict = plain;
    strict.refuse_writable = true;
    CHECK_THAT(faultOf(folder.path(), strict), Catch::Contains("others may write to it"));
    CHECK(faultOf(folder.path()) == "none");
    std::filesystem::permissions(folder / "a.yaml", std::filesystem::perms(0644));
    CHECK(faultOf(folder.path(), strict) == "none");
}
