#include "resources/document_folder.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "resources/yaml_json.h"

namespace dbackup::resources {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t max_file_bytes = 4 << 20;
constexpr std::size_t max_documents = 2000;

bool isHidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

std::vector<fs::path> filesIn(const fs::path& path) {
    std::error_code fault;
    if (fs::is_regular_file(path, fault)) return {path};
    if (!fs::is_directory(path, fault)) throw Fault("there is no file or folder " + path.string());
    std::vector<fs::path> files;
    try {
        for (auto entry = fs::recursive_directory_iterator(path); entry != fs::recursive_directory_iterator();
             ++entry) {
            if (isHidden(entry->path())) {
                if (entry->is_directory()) entry.disable_recursion_pending();
                continue;
            }
            const std::string ending = entry->path().extension().string();
            if (entry->is_regular_file() && (ending == ".yaml" || ending == ".yml" || ending == ".json")) {
                files.push_back(entry->path());
            }
        }
    } catch (const fs::filesystem_error& error) {
        throw Fault("cannot read " + path.string() + ": " + error.code().message());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string textOf(const fs::path& file, const FolderOptions& options) {
    std::error_code fault;
    const auto permissions = fs::status(file, fault).permissions();
    const auto writable = fs::perms::group_write | fs::perms::others_write;
    if (options.refuse_writable && (permissions & writable) != fs::perms::none) {
        throw Fault(file.string() + ": others may write to it; chmod go-w");
    }
    if (fs::file_size(file, fault) > max_file_bytes) throw Fault(file.string() + ": is larger than 4 MiB");
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in.is_open() || in.bad()) throw Fault("cannot read " + file.string());
    return text.str();
}

void addDocuments(const fs::path& file,
                  const std::string& name,
                  const FolderOptions& options,
                  std::vector<Document>& documents) {
    const Placeholders placeholders(options.environment, file.parent_path(), options.keep_missing);
    for (const auto& document : parseYaml(textOf(file, options), name)) {
        const std::string origin = name + ':' + std::to_string(document.line);
        if (document.value.type() != typeid(Poco::JSON::Object::Ptr)) {
            throw Fault(origin + ": a document must have members, such as \"kind: Job\"");
        }
        documents.push_back(
            {origin, placeholders.resolve(document.value, origin).extract<Poco::JSON::Object::Ptr>()});
    }
}

}  // namespace

std::vector<Document> loadDocuments(const fs::path& path, const FolderOptions& options) {
    std::vector<Document> documents;
    std::string faults;
    for (const fs::path& file : filesIn(path)) {
        const fs::path name = file == path ? file.filename() : file.lexically_relative(path);
        try {
            addDocuments(file, name.string(), options, documents);
        } catch (const Fault& fault) {
            faults += (faults.empty() ? "" : "\n") + std::string(fault.what());
        }
    }
    if (!faults.empty()) throw Fault(faults);
    if (documents.size() > max_documents) {
        throw Fault(path.string() + ": more than " + std::to_string(max_documents) + " documents");
    }
    return documents;
}

}  // namespace dbackup::resources
