#include <algorithm>

#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using Names = std::vector<std::string>;

/// What names of backups may have, and what has been taken for something else by one server or another.
Names oddNames() {
    std::string deep;
    for (int i = 0; i < 12; ++i)
        deep += "folder " + std::to_string(i) + "/";
    return {"plain",
            "plain.too",
            "plain-folder/plain",
            "with spaces and 'quotes'",
            "two  spaces",
            "\xC3\xBCml\xC3\xA4ut \xE2\x82\xAC \xF0\x9F\x90\x98",
            "-leading-dash",
            "--option=value",
            "plus+amp&equals=hash#",
            "a+b",
            "a b",
            "number~2",
            "dots..in...it",
            "[brackets] {braces} (more)",
            "semi;colon,comma@at!^",
            "$HOME`id`;x",
            deep + "object",
            std::string(180, 'n')};
}

/// What most servers take all the same.
Names namesThatWindowsRefuses() {
    return {"with \"quotes\"",
            "per%cent",
            "%2e%2e%2f%41",
            "a%20b",
            "a b",
            "question?mark",
            "star*",
            "a:b",
            "x|y",
            "<xml/> & more"};
}

void requireNames(const Subject& subject, Names names) {
    const Place at(subject);
    const std::size_t longest = at.target->limits().max_name_bytes;
    std::erase_if(names, [&](const std::string& name) { return (at.prefix + name).size() > longest; });
    for (std::string& name : names) {
        name = at.prefix + name;
        put(*at.target, name, name, *at.run);
    }
    for (const std::string& name : names) {
        require(get(*at.target, name, *at.run) == name, "another object is read under the name " + name);
        const auto info = at.target->stat(name, *at.run);
        require(info && info->size_bytes == name.size(), "another object is told of under the name " + name);
    }
    std::sort(names.begin(), names.end());
    require(listed(*at.target, at.prefix.text(), *at.run) == names,
            "the list is not of the names that were written");
    for (const std::string& name : names)
        require(at.target->remove(name, *at.run), "it cannot be removed: " + name);
    require(listed(*at.target, at.prefix.text(), *at.run).empty(), "a removed object is still listed");
    at.run->requireClean();
}

/// A name that begins like another is another one.
void requirePrefixes(const Subject& subject) {
    const Place at(subject);
    const Names names{at.prefix + "plain", at.prefix + "plain-folder/plain", at.prefix + "plain.too"};
    for (const std::string& name : names)
        put(*at.target, name, name, *at.run);
    put(*at.target, at.prefix + "other", "other", *at.run);
    for (const char* const prefix : {"pl", "plain"}) {
        require(listed(*at.target, at.prefix + prefix, *at.run) == names,
                "the list of a prefix is not of the names that begin with it");
    }
    require(listed(*at.target, at.prefix + "plain-folder/", *at.run) == Names{names[1]},
            "the list of a folder is not of what lies in it");
    require(listed(*at.target, at.prefix + "nothing/", *at.run).empty(),
            "the list of a folder that is not there");
    require(!at.target->stat(at.prefix + "plai", *at.run), "stat() takes the beginning of a name for it");
    require(!at.target->stat(at.prefix + "plain-folder", *at.run), "stat() takes a folder for an object");
    require(at.target->remove(names[0], *at.run),
            "an object cannot be removed beside one whose name begins so");
    require(listed(*at.target, at.prefix + "plain", *at.run) == Names{names[1], names[2]},
            "removing one object has touched others whose names begin like its name");
    at.run->requireClean();
}

}  // namespace

void addNameChecks(Suite& suite, const Subject& subject) {
    suite.add("object: odd names", [&] { requireNames(subject, oddNames()); });
    suite.add("object: names that Windows refuses",
              [&] { requireNames(subject, namesThatWindowsRefuses()); });
    suite.add("object: a name that begins like another", [&] { requirePrefixes(subject); });
}

}  // namespace dbackup::contract
