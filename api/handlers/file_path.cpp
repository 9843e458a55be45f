#include "api/handlers/file_path.h"

#include "api/http/message.h"

namespace dbackup::api {

std::string checkedPath(std::string path, const std::string& field) {
    if (path.empty() || path.front() == '/' || path.find("..") != std::string::npos ||
        path.find('\0') != std::string::npos) {
        throw HttpError(400,
                        "Invalid file path",
                        {{field, "must be a path as the list of files gives it, without \"..\""}});
    }
    while (path.back() == '/') {
        path.pop_back();
    }
    return path;
}

std::string filePathFrom(const JsonObject& body, const std::string& field) {
    const JsonVar file = body.get(field);
    return checkedPath(file.isString() ? file.extract<std::string>() : std::string(), field);
}

FilePath parted(std::string_view path) {
    const std::size_t job_end = path.find('/');
    const std::size_t backup_end = job_end == std::string_view::npos ? job_end : path.find('/', job_end + 1);
    if (backup_end == std::string_view::npos) {
        return {std::string(path), {}};
    }
    return {std::string(path.substr(0, backup_end)), std::string(path.substr(backup_end + 1))};
}

}  // namespace dbackup::api
