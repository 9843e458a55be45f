#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace dbackup::test {

/// Every attribute and all data of each entry of a tree, as text, by its path: two trees are equal when these
/// are. Files that are one have the same number in it.
std::map<std::string, std::string> treeOf(const std::filesystem::path& root);

/// One path for each that differs, with both sides; empty when the trees are equal.
std::string difference(const std::filesystem::path& a, const std::filesystem::path& b);

void writeFile(const std::filesystem::path& file, const std::string& content);
std::string readFile(const std::filesystem::path& file);

/// Files, links, fifos, odd names, attributes, holes: whatever an ordinary user can make; more as root.
void makeSampleTree(const std::filesystem::path& root);

}  // namespace dbackup::test
