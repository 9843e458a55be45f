#include "globals.h"

#include <algorithm>
#include <array>
#include <optional>

#include <dbackup/sdk/error.h>

namespace dbackup::postgres {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} * 1024;
/// A role's line is some hundred bytes; a comment or a setting may be longer.
constexpr std::size_t longest_line = std::size_t{16} << 20;

/// A name as pg_dumpall writes it, quoted or not, at the start of a text.
struct Name {
    std::string text;
    std::string_view rest;  ///< what follows it
};

std::optional<Name> nameAtStartOf(std::string_view text) {
    if (!text.starts_with('"')) {
        const std::size_t end = std::min(text.find_first_of(" ;"), text.size());
        return Name{std::string(text.substr(0, end)), text.substr(end)};
    }
    Name name;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            if (i + 1 == text.size() || text[i + 1] != '"') {
                name.rest = text.substr(i + 1);
                return name;
            }
            ++i;
        }
        name.text += text[i];
    }
    return std::nullopt;  // it goes on in the next line: nothing that we know
}

std::optional<Name> nameAfter(std::string_view line, std::string_view words) {
    return line.starts_with(words) ? nameAtStartOf(line.substr(words.size())) : std::nullopt;
}

}  // namespace

GlobalsScript::GlobalsScript(sdk::ByteSource& source, PresentGlobals present)
    : source_(source), present_(std::move(present)), ready_("BEGIN;\n") {}

std::size_t GlobalsScript::read(std::span<std::byte> into) {
    std::array<std::byte, buffer_bytes> buffer{};
    while (ready_.empty() && !ended_) {
        const std::size_t got = source_.read(buffer);
        pending_.append(static_cast<const char*>(static_cast<const void*>(buffer.data())), got);
        ended_ = got == 0;
        takeLines(ended_);
    }
    const std::size_t count = std::min(into.size(), ready_.size());
    std::copy_n(std::as_bytes(std::span(ready_)).begin(), count, into.begin());
    ready_.erase(0, count);
    return count;
}

void GlobalsScript::takeLines(bool ended) {
    std::size_t start = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', start)) {
        addLine(std::string_view(pending_).substr(start, end - start));
        start = end + 1;
    }
    pending_.erase(0, start);
    if (pending_.size() > longest_line) {
        throw sdk::Error(sdk::ErrorKind::Unsupported,
                         "the script of the roles has a line of more than 16 MiB");
    }
    if (ended) {
        addLine(pending_);
        ready_ += "COMMIT;\n";
    }
}

void GlobalsScript::addLine(std::string_view line) {
    if (const auto role = nameAfter(line, "CREATE ROLE "); role && present_.roles.contains(role->text)) {
        return;
    }
    if (const auto role = nameAfter(line, "ALTER ROLE ");
        role && role->text == present_.account && role->rest.starts_with(" WITH ")) {
        return;
    }
    const auto tablespace = nameAfter(line, "CREATE TABLESPACE ");
    if (tablespace && present_.tablespaces.contains(tablespace->text)) {
        return;
    }
    if (tablespace) ready_ += "COMMIT;\n";
    ready_.append(line).append("\n");
    if (tablespace) ready_ += "BEGIN;\n";
}

}  // namespace dbackup::postgres
