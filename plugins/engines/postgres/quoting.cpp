#include "quoting.h"

namespace dbackup::postgres {

namespace {

/// Puts `mark` before each character that is in `special`.
std::string marked(std::string_view text, std::string_view special, char mark) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) {
            result += mark;
        }
        result += c;
    }
    return result;
}

}  // namespace

std::string quoteName(std::string_view name) {
    return '"' + marked(name, "\"", '"') + '"';
}

std::string quoteText(std::string_view text) {
    std::string doubled;
    for (const char c : text) {
        doubled += c;
        if (c == '\'' || c == '\\') {
            doubled += c;
        }
    }
    return "E'" + doubled + "'";
}

std::string quoteConninfo(std::string_view value) {
    return "'" + marked(value, "'\\", '\\') + "'";
}

std::string quotePassfile(std::string_view field) {
    return marked(field, ":\\", '\\');
}

}  // namespace dbackup::postgres
