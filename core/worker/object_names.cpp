#include "core/worker/object_names.h"

#include <algorithm>

#include "core/model/manifest.h"
#include "core/model/object_name.h"

namespace dbackup::worker {

namespace {

std::string lowered(std::string text) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::transform(text.begin(), text.end(), text.begin(), lower);
    return text;
}

}  // namespace

std::string ObjectNames::next(const sdk::DumpObject& object) {
    const std::string database = sanitizeNamePart(object.database);
    std::string ending = "." + sanitizeNamePart(object.format);
    if (!extension_.empty()) ending += "." + extension_;
    const std::lock_guard lock(mutex_);
    std::string name = database + ending;
    for (int number = 2; name == Manifest::file_name || !taken_.insert(lowered(name)).second; ++number)
        name = database + "~" + std::to_string(number) + ending;
    return name;
}

}  // namespace dbackup::worker
