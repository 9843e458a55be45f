#include "core/store/store_error.h"

#include <cerrno>

#include <sqlite3.h>

namespace dbackup::store {

namespace {

Error constraintError(int extended, const std::string& message) {
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
            return {ErrorKind::AlreadyExists, message};
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return {ErrorKind::NotFound, message};
        default:
            return {ErrorKind::Internal, message};
    }
}

Error fullError(const std::string& message) {
    return Error(ErrorKind::NoSpace, message, "free some space on its file system").canRetry();
}

Error inputOutputError(int error_number, const std::string& message) {
    const Error error = systemError(message, error_number == 0 ? EIO : error_number);
    return error.kind() == ErrorKind::NoSpace ? fullError(error.what()) : error;
}

}  // namespace

Error storeError(sqlite3* database, int status) {
    const char* file = sqlite3_db_filename(database, "main");
    const std::string where = "the history store " + std::string(file == nullptr ? "" : file);
    const std::string message = where + ": " + sqlite3_errmsg(database);
    switch (status & 0xff) {
        case SQLITE_CONSTRAINT:
            return constraintError(sqlite3_extended_errcode(database), message);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Error(ErrorKind::Unavailable,
                         where + " is locked by another process",
                         "end what else has the file open")
                .canRetry();
        case SQLITE_FULL:
            return fullError(message);
        case SQLITE_IOERR:
            return inputOutputError(sqlite3_system_errno(database), message);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {ErrorKind::Integrity,
                    where + " is damaged: " + sqlite3_errmsg(database),
                    "stop the service and put back a copy of the file, or move it away to begin with an "
                    "empty history"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            return {ErrorKind::Permission,
                    message,
                    "the service's user must be able to write the file and its folder"};
        default:
            return {ErrorKind::Internal, message};
    }
}

}  // namespace dbackup::store
