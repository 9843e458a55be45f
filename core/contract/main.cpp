// dbackup-plugin-check: loads a plugin as the service's workers do, tells what it offers, and runs the
// contract suite on one of its components. docs/plugins.md describes the check file.

#include <fstream>
#include <iostream>
#include <iterator>
#include <span>

#include "core/contract/engine_checks.h"
#include "core/contract/process_watch.h"
#include "core/contract/target_checks.h"

namespace {

namespace contract = dbackup::contract;
namespace plugin = dbackup::plugin;
namespace sdk = dbackup::sdk;
using dbackup::JsonObject;
using dbackup::objectAt;
using dbackup::parseJsonObject;

constexpr const char* usage =
    "usage: dbackup-plugin-check PLUGIN.so [CHECK.json] [--component ID] [--only TEXT] [--large]\n"
    "\n"
    "Without a check file: is the plugin accepted, and what does it offer?\n"
    "With one: does it do what the contract asks? The file says how to reach a real server that may be "
    "written to.\n"
    "  --component ID  which component, when the plugin has several\n"
    "  --only TEXT     only the checks whose name contains the text\n"
    "  --large         also an object of five gigabytes\n"
    "Ends with 0 when all is well, 1 when a check failed or the plugin is refused, 2 when called wrongly.\n";

struct Arguments {
    std::vector<std::string> files;
    std::string component;
    std::string only;
    bool large = false;
    std::string die_in_upload;  // of the suite itself: half an upload of this object
    bool probe = false;         // of the suite itself: the connection's test alone
};

std::optional<Arguments> parse(std::span<char*> given) {
    Arguments arguments;
    for (std::size_t i = 1; i < given.size(); ++i) {
        const std::string each = given[i];
        std::string* const value = each == "--component"       ? &arguments.component
                                   : each == "--only"          ? &arguments.only
                                   : each == "--die-in-upload" ? &arguments.die_in_upload
                                                               : nullptr;
        bool* const flag = each == "--large"   ? &arguments.large
                           : each == "--probe" ? &arguments.probe
                                               : nullptr;
        if (flag) {
            *flag = true;
        } else if (!value) {
            if (each.starts_with("-")) return std::nullopt;
            arguments.files.push_back(each);
        } else if (++i < given.size()) {
            *value = given[i];
        } else {
            return std::nullopt;
        }
    }
    if (arguments.files.empty() || arguments.files.size() > 2) return std::nullopt;
    return arguments;
}

JsonObject::Ptr readCheckFile(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) throw sdk::Error(sdk::ErrorKind::NotFound, "cannot read " + name);
    return parseJsonObject(std::string(std::istreambuf_iterator<char>(file), {}), name);
}

plugin::ComponentInfo chosen(const plugin::PluginLibrary& library, const std::string& id) {
    const auto components = library.components();
    if (id.empty() && components.size() == 1) return components.front();
    std::string ids;
    for (const auto& each : components) {
        if (each.id == id) return each;
        ids += " " + each.id;
    }
    throw sdk::Error(sdk::ErrorKind::Settings,
                     id.empty() ? "the plugin has several components" : "the plugin has no component " + id,
                     "Say --component with one of:" + ids);
}

void describe(const plugin::PluginLibrary& library) {
    std::cout << library.info().name << ' ' << library.info().version << " is accepted, ABI "
              << library.info().abi_major << '.' << library.info().abi_minor << '\n';
    for (const auto& each : library.components()) {
        std::cout << "  " << each.kind << ' ' << each.id << " (" << each.title << "): " << each.capabilities
                  << '\n';
    }
}

std::map<std::string, std::string> deviationsOf(const JsonObject& file) {
    std::map<std::string, std::string> found;
    if (const JsonObject::Ptr deviations = objectAt(file, "deviations")) {
        for (const auto& [name, reason] : *deviations)
            found[name] = reason.convert<std::string>();
    }
    return found;
}

bool check(const plugin::PluginLibrary& library, const Arguments& arguments) {
    const JsonObject::Ptr file = readCheckFile(arguments.files[1]);
    const contract::Subject subject(library, chosen(library, arguments.component), file);
    if (!arguments.die_in_upload.empty()) contract::dieInUpload(subject, arguments.die_in_upload);
    if (arguments.probe) return contract::probe(subject) == 0;
    describe(library);
    contract::Suite suite(deviationsOf(*file), arguments.only);
    const std::string& kind = subject.component().kind;
    if (kind == "engine") {
        contract::addEngineChecks(suite, subject);
    } else if (kind == "target") {
        const std::string program = std::filesystem::read_symlink("/proc/self/exe");
        contract::addTargetChecks(
            suite,
            subject,
            {{program, arguments.files[0], arguments.files[1], "--component", subject.component().id},
             arguments.large});
    } else {
        throw sdk::Error(sdk::ErrorKind::Unsupported, "there is no contract suite for a " + kind);
    }
    return suite.run(std::cout);
}

}  // namespace

int main(int argc, char** argv) {
    contract::forbidCoreFiles();
    const auto arguments = parse({argv, static_cast<std::size_t>(argc)});
    if (!arguments) {
        std::cerr << usage;
        return 2;
    }
    try {
        const plugin::PluginLibrary library(arguments->files[0]);
        if (arguments->files.size() == 2) return check(library, *arguments) ? 0 : 1;
        describe(library);
        return 0;
    } catch (const sdk::Error& error) {
        std::cerr << "dbackup-plugin-check: " << error.text() << '\n';
        return 1;
    } catch (const std::exception& error) {
        std::cerr << "dbackup-plugin-check: " << error.what() << '\n';
        return 1;
    }
}
