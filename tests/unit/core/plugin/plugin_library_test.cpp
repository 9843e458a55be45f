#include "core/plugin/plugin_library.h"

#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "tests/support/recording_run.h"

using namespace dbackup;
using namespace dbackup::plugin;
using dbackup::test::RecordingRun;
using dbackup::test::TempDir;

namespace {

const std::filesystem::path folder = TEST_PLUGINS;
const std::string hostile = folder / "hostile/hostile.so";

std::string bad(const std::string& name) {
    return folder / "bad" / (name + ".so");
}

Error refusalOf(const std::string& file) {
    try {
        const PluginLibrary library(file);
    } catch (const Error& error) {
        return error;
    }
    return {ErrorKind::None, "accepted"};
}

void checkRefused(const std::string& name, ErrorKind kind, const std::string& reason) {
    const Error error = refusalOf(bad(name));
    CHECK(error.kind() == kind);
    CHECK(std::string(error.what()) == name + ".so: " + reason);
}

void checkFaults(const std::string& name, const std::string& faults) {
    checkRefused(name, ErrorKind::Settings, "its description has faults: " + faults);
}

template <class Call>
Error errorOf(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return {ErrorKind::None, "nothing thrown"};
}

}  // namespace

TEST_CASE("PluginLibrary: a good plugin is described by its own data", "[plugin]") {
    const PluginLibrary library(bad("good"));
    CHECK(std::string(library.info().name) == "described");
    CHECK(library.info().abi_major == DBACKUP_ABI_MAJOR);
    const auto components = library.components();
    REQUIRE(components.size() == 1);
    CHECK(components[0].kind == "engine");
    CHECK(components[0].id == "described");
    CHECK(components[0].title == "Described");
    CHECK(components[0].schema == R"({"type":"object"})");
    CHECK(components[0].capabilities == R"({"formats":["bin"]})");
}

TEST_CASE("PluginLibrary: a description longer than ours is read as far as we know it", "[plugin]") {
    CHECK(PluginLibrary(bad("larger_struct")).components().size() == 1);
}

TEST_CASE("PluginLibrary: another ABI is refused with both values", "[plugin]") {
    checkRefused("other_major", ErrorKind::Unsupported, "built for ABI 3.1, this host speaks 1.1");
    checkRefused("newer_minor", ErrorKind::Unsupported, "built for ABI 1.7, this host speaks 1.1");
    checkRefused("wrong_tag",
                 ErrorKind::Unsupported,
                 std::string("built with 'sdk1 cxx11abi=0', this host with '") + DBACKUP_ABI_TAG + "'");
    CHECK(refusalOf(bad("other_major")).hint() == "Build it against this host's SDK");
}

TEST_CASE("PluginLibrary: a library that is no plugin is refused", "[plugin]") {
    checkRefused("no_symbol", ErrorKind::Unsupported, "no DBackup plugin: it has no symbol dbackup_plugin");
    checkRefused("wrong_magic",
                 ErrorKind::Unsupported,
                 "no DBackup plugin: its symbol dbackup_plugin has another magic number");
}

TEST_CASE("PluginLibrary: what the linker cannot load is refused in its words", "[plugin]") {
    const Error missing = refusalOf(bad("undefined_symbol"));
    CHECK(missing.kind() == ErrorKind::Internal);
    CHECK_THAT(missing.what(), Catch::StartsWith("undefined_symbol.so: the linker says: "));
    CHECK_THAT(missing.what(), Catch::EndsWith("undefined symbol: function_that_is_nowhere"));
    const Error text = refusalOf(bad("not_elf"));
    CHECK(text.kind() == ErrorKind::Internal);
    CHECK_THAT(text.what(), Catch::StartsWith("not_elf.so: the linker says: "));
}

TEST_CASE("PluginLibrary: every fault of a description is told", "[plugin]") {
    checkFaults(
        "many_faults",
        "it has no name; it has no version; component 1 is of the unknown kind 9; "
        "component 1 needs an id of a-z, 0-9 and '-' that begins with a letter; component 1 has no title; "
        "component 1 has no create function; component 1 has no destroy function; "
        "component 1 has no settings schema; "
        "component 1 has no capabilities");
    checkFaults("bad_id", "component 'Bad_Id' needs an id of a-z, 0-9 and '-' that begins with a letter");
    checkFaults(
        "broken_schema",
        "component 'described' has a bad schema: the settings schema cannot be used: "
        "/properties/port/type names an unknown type; /properties/port/oneOf is not a keyword of the subset");
    checkFaults("bad_capabilities",
                "component 'described' has bad capabilities: the text must be a JSON object");
    checkFaults("no_formats", "component 'described' is an engine and names no \"formats\"");
    checkFaults("missing_create", "component 'described' has no create function");
    checkFaults("no_components", "it has no component");
    checkFaults("small_component", "component 'described' is described by a struct that is too small");
    checkFaults("small_struct", "it has no list of components");
    checkFaults("twice", "component 'described' is there twice");
}

TEST_CASE("PluginLibrary: a plugin that aborts while it loads takes only its own process along", "[plugin]") {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit none{};
        ::setrlimit(RLIMIT_CORE, &none);
        ::signal(SIGABRT, SIG_DFL);
        refusalOf(bad("aborts"));
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("PluginLibrary: a file that others can write is refused before it is loaded", "[plugin]") {
    using std::filesystem::perms;
    const TempDir dir;
    const std::string file = dir / "plugin.so";
    std::filesystem::copy_file(bad("aborts"), file);  // would end this test if it were loaded
    for (const perms others : {perms::group_write, perms::others_write}) {
        std::filesystem::permissions(file, perms::owner_all | others);
        const Error error = refusalOf(file);
        CHECK(error.kind() == ErrorKind::Permission);
        CHECK(error.text() == "plugin.so: the file can be written by others. Run chmod go-w on it");
    }
}

TEST_CASE("PluginLibrary: a file of another user is refused", "[plugin]") {
    const TempDir dir;
    const std::string file = dir / "plugin.so";
    std::filesystem::copy_file(bad("good"), file);
    if (::chown(file.c_str(), 12345, static_cast<gid_t>(-1)) != 0) {
        SUCCEED("only root can give files away");
        return;
    }
    const Error error = refusalOf(file);
    CHECK(error.kind() == ErrorKind::Permission);
    CHECK_THAT(error.what(), Catch::StartsWith("plugin.so: the file belongs to user 12345"));
}

TEST_CASE("PluginLibrary: what is no regular file is refused", "[plugin]") {
    const TempDir dir;
    CHECK(refusalOf(dir.path()).kind() == ErrorKind::Permission);
    CHECK(refusalOf(dir / "missing.so").kind() == ErrorKind::NotFound);
}

TEST_CASE("PluginLibrary: a relative path is one from the current folder, not a name for the linker",
          "[plugin]") {
    CHECK(refusalOf("libc.so.6").kind() == ErrorKind::NotFound);
}

TEST_CASE("PluginLibrary: a component outlives the object that loaded it", "[plugin]") {
    RecordingRun run;
    std::shared_ptr<sdk::DatabaseEngine> engine;
    {
        const PluginLibrary library(hostile);
        engine = library.engine("scripted", "{}");
    }
    CHECK(engine->test(run).version == "1.2.3");
}

TEST_CASE("PluginLibrary: settings are checked and filled with defaults before the plugin sees them",
          "[plugin]") {
    RecordingRun run;
    const PluginLibrary library(hostile);
    const auto found = library.engine("scripted", "{}")->databases(run);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "alpha");
    CHECK(found[0].size_bytes == 65536);
    const Error error = errorOf([&] { (void)library.engine("scripted", R"({"bytes":-1,"byte":7})"); });
    CHECK(error.kind() == ErrorKind::Settings);
    CHECK(std::string(error.what()) ==
          "the settings of Scripted are wrong: /bytes must be at least 0; /byte is not a known setting");
    CHECK(errorOf([&] { (void)library.engine("scripted", "["); }).kind() == ErrorKind::Settings);
}

TEST_CASE("PluginLibrary: what it has not is NotFound", "[plugin]") {
    const PluginLibrary library(hostile);
    const Error error = errorOf([&] { (void)library.engine("nothing", "{}"); });
    CHECK(error.kind() == ErrorKind::NotFound);
    CHECK(std::string(error.what()) == "plugin hostile has no engine 'nothing'");
    CHECK(std::string(errorOf([&] { (void)library.target("scripted", "{}"); }).what()) ==
          "plugin hostile has no target 'scripted'");
}

TEST_CASE("PluginLibrary: foreign exceptions become Internal with the plugin's name", "[plugin]") {
    const PluginLibrary library(hostile);
    const Error number = errorOf([&] { (void)library.engine("hostile-create-int", "{}"); });
    CHECK(number.kind() == ErrorKind::Internal);
    CHECK(std::string(number.what()) ==
          "plugin hostile (hostile-create-int) failed to start: it threw an exception of type int");
    const Error standard = errorOf([&] { (void)library.engine("hostile-create-standard", "{}"); });
    CHECK(standard.kind() == ErrorKind::Internal);
    CHECK(std::string(standard.what()) ==
          "plugin hostile (hostile-create-standard) failed to start: no luck today");
    const PluginLibrary nothing(bad("makes_nothing"));
    CHECK(std::string(errorOf([&] { (void)nothing.engine("makes-nothing", "{}"); }).what()) ==
          "plugin described (makes-nothing) made no object");
}
