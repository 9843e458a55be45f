#include "fixture.h"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/engines/files/confined.h"

namespace dbackup::test {

namespace {

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return result + "\"";
}

std::string octal(unsigned long value, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (auto at = text.rbegin(); at != text.rend(); ++at, value /= 8)
        *at = static_cast<char>('0' + value % 8);
    return text;
}

void put(std::string& block, std::size_t at, const std::string& text) {
    block.replace(at, text.size(), text);
}

}  // namespace

files::FilesEngine engineFor(const std::filesystem::path& folder, const std::string& more) {
    return files::FilesEngine(sdk::Settings(R"({"folders":[)" + quoted(folder.string()) + "]" +
                                            (more.empty() ? "" : "," + more) + "}"));
}

std::string dump(const std::filesystem::path& folder, RecordingRun& run, const std::string& more) {
    auto engine = engineFor(folder, more);
    MemoryOutput output;
    engine.dump({"database", folder.string(), "tar"}, output, run);
    if (output.objects.size() != 1 || !output.only().finished)
        throw std::logic_error("the dump is not complete");
    return output.only().bytes;
}

std::string dump(const std::filesystem::path& folder, const std::string& more) {
    RecordingRun run;
    return dump(folder, run, more);
}

void restore(const std::string& archive,
             const std::filesystem::path& target,
             RecordingRun& run,
             const RestoreOptions& options) {
    auto engine = engineFor(target, options.more);
    MemorySource source(archive);
    sdk::RestoreRequest request;
    request.object = {"/original", "tar", "database", "{}"};
    request.database = target.string();
    request.overwrite = options.overwrite;
    request.no_owner = options.no_owner;
    request.selection = options.selection;
    request.owners = options.owners;
    engine.restore(request, source, run);
    if (!source.atEnd()) throw std::logic_error("the archive was not read to its end");
}

void restore(const std::string& archive, const std::filesystem::path& target, const RestoreOptions& options) {
    RecordingRun run;
    restore(archive, target, run, options);
}

sdk::Error errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const sdk::Error& error) {
        return error;
    }
    throw std::logic_error("there was no error");
}

bool hasMessage(const RecordingRun& run, const std::string& part) {
    const auto messages = run.messages();
    return std::any_of(messages.begin(), messages.end(), [&](const std::string& message) {
        return message.find(part) != std::string::npos;
    });
}

std::vector<std::string> namesIn(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

void removeAll(const std::filesystem::path& folder) {
    const auto parent = folder.parent_path();
    const sdk::UniqueFd fd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    files::removeTree(fd.get(), folder.filename());
}

HostileArchive& HostileArchive::folder(const std::string& name, unsigned mode) {
    members_.push_back({'5', name, "", "", mode});
    return *this;
}
HostileArchive& HostileArchive::file(const std::string& name, const std::string& content) {
    members_.push_back({'0', name, "", content, 0644});
    return *this;
}
HostileArchive& HostileArchive::link(const std::string& name, const std::string& target) {
    members_.push_back({'2', name, target, "", 0777});
    return *this;
}
HostileArchive& HostileArchive::hardLink(const std::string& name, const std::string& target) {
    members_.push_back({'1', name, target, "", 0644});
    return *this;
}

std::string HostileArchive::bytes() const {
    constexpr std::size_t block_bytes = 512;
    std::string all;
    for (const Member& member : members_) {
        std::string block(block_bytes, '\0');
        put(block, 0, member.name);
        put(block, 100, octal(member.mode, 7));
        put(block, 108, octal(::geteuid(), 7));
        put(block, 116, octal(::getegid(), 7));
        put(block, 124, octal(member.content.size(), 11));
        put(block, 136, octal(1'700'000'000, 11));
        put(block, 148, "        ");
        put(block, 156, std::string(1, member.type));
        put(block, 157, member.target);
        put(block,
            257,
            std::string("ustar\0"
                        "00",
                        8));
        unsigned sum = 0;
        for (const char c : block)
            sum += static_cast<unsigned char>(c);
        put(block, 148, octal(sum, 6) + std::string("\0 ", 2));
        all += block + member.content;
        all.resize((all.size() + block_bytes - 1) / block_bytes * block_bytes, '\0');
    }
    return all + std::string(2 * block_bytes, '\0');
}

bool asOrdinaryUser(const std::function<void()>& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        int status = 1;
        try {
            constexpr unsigned nobody = 65534;
            if (::geteuid() == 0 &&
                (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
                 ::setresuid(nobody, nobody, nobody) != 0)) {
                throw std::runtime_error("cannot become an ordinary user");
            }
            action();
            status = 0;
        } catch (const std::exception& error) {
            std::cerr << error.what() << std::endl;
        }
        ::_exit(status);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace dbackup::test
