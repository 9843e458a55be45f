#include "quoting.h"

namespace dbackup::mysql {

std::string quoteName(std::string_view name) {
    std::string result = "`";
    for (const char c : name) {
        result += c;
        if (c == '`') result += c;
    }
    return result + "`";
}

std::string quoteText(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

std::string quoteAccount(std::string_view user, std::string_view host) {
    return quoteText(user) + "@" + quoteText(host);
}

std::string quoteOption(std::string_view value) {
    std::string result = "\"";
    for (const char c : value) {
        switch (c) {
            case '\n':
                result += "\\n";
                break;
            case '\r':
                result += "\\r";
                break;
            case '\t':
                result += "\\t";
                break;
            case '"':
            case '\\':
                result += '\\';
                result += c;
                break;
            default:
                result += c;
        }
    }
    return result + "\"";
}

}  // namespace dbackup::mysql
