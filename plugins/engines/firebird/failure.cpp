#include "failure.h"

#include <array>
#include <string_view>

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;

namespace {

struct Meaning {
    std::string_view words;
    ErrorKind kind;
    std::string_view hint;
};

constexpr std::string_view check_path =
    "Correct the path, which is one on the server's machine, or the alias in the server's databases.conf";

/// The first that fits counts.
constexpr std::array meanings = {
    Meaning{"Your user name and password are not defined",
            ErrorKind::Authentication,
            "Correct user and password; an account for Legacy_Auth needs AuthClient in firebird.conf"},
    Meaning{"Incompatible wire encryption levels",
            ErrorKind::Unavailable,
            "Set wireCrypt as the server's firebird.conf has it"},
    Meaning{"Failed to locate host machine", ErrorKind::Unavailable, "Check the host's name"},
    Meaning{"Unable to complete network request",
            ErrorKind::Unavailable,
            "Check host, port and firewall, and whether the server is running"},
    Meaning{"Error reading data from the connection",
            ErrorKind::Unavailable,
            "The connection was lost: look at the server's firebird.log"},
    Meaning{"Error writing data to the connection",
            ErrorKind::Unavailable,
            "The connection was lost: look at the server's firebird.log"},
    Meaning{
        "connection shutdown", ErrorKind::Unavailable, "The server, or somebody there, ended the connection"},
    Meaning{"connection lost", ErrorKind::Unavailable, "Look at the server's firebird.log"},
    Meaning{"connection rejected by remote interface",
            ErrorKind::Unavailable,
            "What answers there is no Firebird server of this client's kind"},
    Meaning{"No space left on device", ErrorKind::NoSpace, "Free some space on the server's machine"},
    Meaning{"already exists",
            ErrorKind::AlreadyExists,
            "Set \"overwrite\": true to replace it, or give another name"},
    Meaning{"No such file or directory", ErrorKind::NotFound, check_path},
    Meaning{"is not a valid database", ErrorKind::Unsupported, check_path},
    Meaning{"Is a directory", ErrorKind::Unsupported, check_path},
    Meaning{"Permission denied",
            ErrorKind::Permission,
            "The account that the server runs as may not use this file: chown it to that account"},
    Meaning{"is not allowed by server configuration",
            ErrorKind::Permission,
            "Allow the folder by DatabaseAccess in the server's firebird.conf"},
    Meaning{"for CREATE access to DATABASE",
            ErrorKind::Permission,
            "As SYSDBA, in any database of the server: GRANT CREATE DATABASE TO USER <user>"},
    Meaning{"must be either SYSDBA or owner", ErrorKind::Permission, ""},
    Meaning{"no permission for", ErrorKind::Permission, ""},
    Meaning{"You are not allowed", ErrorKind::Permission, ""},
    Meaning{
        " shutdown",
        ErrorKind::Unavailable,
        "The database is shut down, or a restore into it is under way: bring it online with gfix -online"},
    Meaning{"is in use", ErrorKind::Unavailable, "End the connections to the database and try again"},
    Meaning{"unsupported on-disk structure",
            ErrorKind::Unsupported,
            "The database is of another version of Firebird than the server"},
    Meaning{"Expected backup version",
            ErrorKind::Unsupported,
            "The backup is of a newer Firebird: restore it on a server of that version"},
};

bool contains(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

std::string privilegeHint(const ServerSettings& server) {
    return "Use the database's owner or SYSDBA; or, as one of them in the database: GRANT RDB$ADMIN TO "
           "USER " +
           server.user + ", and set role to RDB$ADMIN";
}

std::string onOneLine(const std::string& words) {
    std::string line;
    for (const char c : words) {
        if (c != '\n') {
            line += c;
        } else if (!line.empty()) {
            line += "; ";
        }
    }
    return line;
}

}  // namespace

Error failure(const ServerSettings& server, const std::string& what, const std::string& words) {
    const std::string message = what + ": " + (words.empty() ? "the tool said nothing" : onOneLine(words));
    for (const Meaning& meaning : meanings) {
        if (!contains(words, meaning.words)) continue;
        std::string hint(meaning.hint);
        if (const std::size_t at = hint.find("<user>"); at != std::string::npos)
            hint.replace(at, 6, server.user);
        if (hint.empty()) hint = privilegeHint(server);
        Error error(meaning.kind, message, hint);
        return error.canRetry(meaning.kind == ErrorKind::Unavailable);
    }
    return Error(ErrorKind::ToolFailed, message, "Look at the execution's log at level debug");
}

}  // namespace dbackup::firebird
