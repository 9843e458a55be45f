#pragma once

#include <string>
#include <vector>

#include <Poco/Dynamic/Var.h>

#include "resources/fault.h"

namespace dbackup::resources {

/// One document of a YAML text, as Poco's JSON has it (Object::Ptr, Array::Ptr, texts, numbers, flags, null).
struct YamlDocument {
    int line = 1;  ///< where it begins
    Poco::Dynamic::Var value;
};

/// All documents of a text; empty ones are left out. Plain scalars are read by the rules of JSON: `null`,
/// `true`, `false` and JSON's numbers are what they say, all else is a text; so are `no`, `0755` and what
/// stands in quotes.
/// @param what  names the text in faults: "jobs.yaml"
/// @throws Fault with line and column: malformed, a key twice, nested deeper than 64, more than 100,000 nodes
std::vector<YamlDocument> parseYaml(const std::string& text, const std::string& what);

/// One document, ending in a line feed. What parseYaml() makes of it is the same value again.
std::string toYaml(const Poco::Dynamic::Var& value);

}  // namespace dbackup::resources
