#include "tree.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::test {

namespace {

using sdk::UniqueFd;

void require(bool ok, const std::string& what) {
    if (!ok) throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

std::string hex(const std::string& bytes) {
    std::ostringstream text;
    for (const char c : bytes)
        text << std::hex << (static_cast<unsigned>(c) & 0xffU) << ' ';
    return text.str();
}

std::string extendedOf(const std::string& reach) {
    std::vector<char> list(65'536);
    const ssize_t size = ::llistxattr(reach.c_str(), list.data(), list.size());
    std::map<std::string, std::string> values;
    for (ssize_t at = 0; at < size;) {
        const std::string name = &list[static_cast<std::size_t>(at)];
        std::vector<char> value(65'536);
        const ssize_t bytes = ::lgetxattr(reach.c_str(), name.c_str(), value.data(), value.size());
        require(bytes >= 0, "lgetxattr " + name);
        values[name] = hex(std::string(value.data(), static_cast<std::size_t>(bytes)));
        at += static_cast<ssize_t>(name.size()) + 1;
    }
    std::string text;
    for (const auto& [name, value] : values)
        text += " " + name + "=" + value;
    return text;
}

std::string contentOf(int folder, const std::string& name) {
    const UniqueFd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    require(static_cast<bool>(file), "open " + name);
    std::string holes;
    struct stat info {};
    require(::fstat(file.get(), &info) == 0, "fstat");
    for (off_t at = 0; at < info.st_size;) {
        const off_t data = ::lseek(file.get(), at, SEEK_DATA);
        if (data < 0) break;
        at = ::lseek(file.get(), data, SEEK_HOLE);
        holes += std::to_string(data) + "-" + std::to_string(at) + " ";
    }
    ::lseek(file.get(), 0, SEEK_SET);
    std::string content;
    std::vector<char> buffer(1U << 20);
    while (const ssize_t count = ::read(file.get(), buffer.data(), buffer.size())) {
        require(count > 0, "read " + name);
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return "size " + std::to_string(content.size()) + " hash " +
           std::to_string(std::hash<std::string>()(content)) + " data at " + holes;
}

struct Describe {
    std::map<std::string, std::string> entries;
    std::map<std::pair<dev_t, ino_t>, std::string> first;

    void one(int folder, const std::string& name, const std::string& path) {
        struct stat info {};
        require(::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0, "stat " + path);
        std::ostringstream text;
        text << std::oct << info.st_mode << std::dec << " owner " << info.st_uid << ":" << info.st_gid
             << " at " << info.st_mtim.tv_sec << "." << info.st_mtim.tv_nsec << " ";
        if (S_ISREG(info.st_mode)) text << contentOf(folder, name);
        if (S_ISLNK(info.st_mode)) {
            std::vector<char> target(65'536);
            const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
            text << "-> " << std::string(target.data(), static_cast<std::size_t>(size));
        }
        if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) text << "device " << info.st_rdev;
        text << extendedOf("/proc/self/fd/" + std::to_string(folder) + "/" + name);
        if (!S_ISDIR(info.st_mode) && info.st_nlink > 1) {
            text << " is " << first.emplace(std::pair(info.st_dev, info.st_ino), path).first->second;
        }
        entries[path] = text.str();
        if (S_ISDIR(info.st_mode)) {
            UniqueFd below(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (below) all(std::move(below), path);
        }
    }

    void all(UniqueFd folder, const std::string& path) {
        std::vector<std::string> names;
        const int fd = folder.get();
        DIR* stream = ::fdopendir(folder.release());
        require(stream != nullptr, "fdopendir");
        while (const dirent* entry = ::readdir(stream)) {
            const std::string name = &entry->d_name[0];
            if (name != "." && name != "..") names.push_back(name);
        }
        std::sort(names.begin(), names.end());
        for (const auto& name : names)
            one(fd, name, path + "/" + name);
        ::closedir(stream);
    }
};

void setXattr(const std::filesystem::path& path, const char* name, const std::string& value) {
    require(::lsetxattr(path.c_str(), name, value.data(), value.size(), 0) == 0, "setxattr " + path.string());
}

void setTime(const std::filesystem::path& path, long seconds, long nanoseconds) {
    const timespec times[] = {{0, UTIME_OMIT}, {seconds, nanoseconds}};
    require(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0,
            "utimensat " + path.string());
}

void makeSparse(const std::filesystem::path& file, const std::vector<off_t>& at, off_t size) {
    const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    require(static_cast<bool>(fd), "open sparse");
    for (const off_t offset : at)
        require(::pwrite(fd.get(), "data", 4, offset) == 4, "pwrite");
    require(::ftruncate(fd.get(), size) == 0, "ftruncate");
}

/// Names that together are longer than the system takes at once.
void makeDeep(const std::filesystem::path& root) {
    const std::string part(250, 'd');
    UniqueFd folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < 20; ++i) {
        const std::string name = std::to_string(i) + part.substr(3);
        require(::mkdirat(folder.get(), name.c_str(), 0755) == 0, "mkdir deep");
        folder.reset(::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    const UniqueFd file(::openat(folder.get(), "bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    require(::write(file.get(), "found", 5) == 5, "write deep");
}

/// More levels than descriptors are held.
void makeNested(const std::filesystem::path& root) {
    UniqueFd folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < 150; ++i) {
        for (const char* name : {"b", "a", "c"}) {
            const UniqueFd file(::openat(folder.get(), name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
            require(::write(file.get(), name, 1) == 1, "write nested");
        }
        require(::mkdirat(folder.get(), "n", 0755) == 0, "mkdir nested");
        folder.reset(::openat(folder.get(), "n", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
}

void makeOddNames(const std::filesystem::path& root) {
    for (const std::string& name : {std::string("new\nline"),
                                    std::string("bad\xff\xfe utf8"),
                                    std::string("-rf"),
                                    std::string(" space "),
                                    std::string("quote'\"$(x)`"),
                                    std::string("e\xcc\x81 decomposed"),
                                    std::string("\xc3\xa9 composed"),
                                    std::string("\xf0\x9f\x98\x80"),
                                    std::string("back\\slash"),
                                    std::string("with=equals"),
                                    std::string("..."),
                                    std::string(255, 'x')}) {
        writeFile(root / name, "content of " + name);
    }
    std::filesystem::create_symlink("target \xff\n", root / "odd link");
}

void makeOfRoot(const std::filesystem::path& root) {
    writeFile(root / "owned", "x");
    require(::chown((root / "owned").c_str(), 12345, 54321) == 0, "chown");
    writeFile(root / "daemon", "x");
    require(::chown((root / "daemon").c_str(), 1, 1) == 0, "chown");
    require(::chmod((root / "daemon").c_str(), 06755) == 0, "chmod");
    require(::lchown((root / "link").c_str(), 7, 8) == 0, "lchown");
    // Devices need a right that containers often lack.
    if (::mknod((root / "device").c_str(), S_IFCHR | 0640, ::makedev(1, 3)) != 0)
        require(errno == EPERM, "mknod");
}

}  // namespace

std::map<std::string, std::string> treeOf(const std::filesystem::path& root) {
    Describe describe;
    const UniqueFd parent(::open(root.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd top(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    require(static_cast<bool>(top), "open " + root.string());
    describe.one(top.get(), ".", "");
    return describe.entries;
}

std::string difference(const std::filesystem::path& a, const std::filesystem::path& b) {
    const auto one = treeOf(a);
    const auto other = treeOf(b);
    std::string text;
    for (const auto& [path, entry] : one) {
        const auto there = other.find(path);
        if (there == other.end()) {
            text += path + ": missing\n";
        } else if (there->second != entry) {
            text += path + ":\n  " + entry + "\n  " + there->second + "\n";
        }
    }
    for (const auto& [path, entry] : other) {
        if (one.find(path) == one.end()) text += path + ": too much\n";
    }
    return text;
}

void writeFile(const std::filesystem::path& file, const std::string& content) {
    std::ofstream out(file, std::ios::binary);
    out << content;
    out.close();
    require(out.good(), "write " + file.string());
}

std::string readFile(const std::filesystem::path& file) {
    const std::ifstream in(file, std::ios::binary);
    require(in.good(), "read " + file.string());
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

void makeSampleTree(const std::filesystem::path& root) {
    namespace fs = std::filesystem;
    for (const char* folder : {"docs", "docs/old", "empty", "odd", "deep", "nested", "locked"})
        fs::create_directories(root / folder);
    writeFile(root / "docs/letter.txt", "Dear all,\n");
    writeFile(root / "docs/old/2001", std::string(700'000, 'o') + "end");
    writeFile(root / "docs/nothing", "");
    writeFile(root / "block", std::string(512, 'b'));
    writeFile(root / "private", "secret");
    require(::chmod((root / "private").c_str(), 0400) == 0, "chmod");
    writeFile(root / "locked/inside", "x");
    fs::create_symlink("docs/letter.txt", root / "link");
    fs::create_symlink("/nowhere/at/all", root / "dangling");
    fs::create_directory_symlink("docs", root / "link to folder");
    fs::create_hard_link(root / "docs/letter.txt", root / "docs/old/other name");
    fs::create_hard_link(root / "docs/letter.txt", root / "third name");
    require(::mkfifo((root / "fifo").c_str(), 0620) == 0, "mkfifo");
    makeSparse(root / "sparse", {8192, 3'000'000}, 10'000'000);
    makeSparse(root / "hole only", {}, 1'000'000);
    makeSparse(root / "data at end", {999'996}, 1'000'000);
    makeOddNames(root / "odd");
    makeDeep(root / "deep");
    makeNested(root / "nested");
    setXattr(root / "docs/letter.txt", "user.comment", std::string("a\0b\n", 4));
    setXattr(root / "docs/letter.txt", "user.odd = %41 name", "v");
    setXattr(root / "docs", "user.folder", "yes");
    if (::geteuid() == 0) makeOfRoot(root);
    setTime(root / "docs/letter.txt", 1'000'000'000, 123'456'789);
    setTime(root / "docs/nothing", -86'400, 0);  // before 1970
    setTime(root / "link", 1'234'567'890, 5);
    setTime(root / "docs/old", 1'100'000'000, 1);
    setTime(root / "docs", 1'200'000'000, 2);
    require(::chmod((root / "locked").c_str(), 0500) == 0, "chmod");
    require(::chmod((root / "empty").c_str(), 01777) == 0, "chmod");
    setTime(root, 1'300'000'000, 3);
}

}  // namespace dbackup::test
