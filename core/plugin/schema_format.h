#pragma once

#include <string>
#include <string_view>

namespace dbackup::plugin {

/// A `format` of the schema subset (docs/plugins.md): what texts it takes, and what to tell who gave another.
struct SchemaFormat {
    std::string_view name;
    std::string_view reason;  ///< "must be an absolute path"
    bool (*accepts)(std::string_view text);
};

/// nullptr for a format that is not in the subset. Thread-safe.
const SchemaFormat* findFormat(std::string_view name);

}  // namespace dbackup::plugin
