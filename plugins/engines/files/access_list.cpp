#include "access_list.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace dbackup::files {

namespace {

// linux/posix_acl.h and linux/posix_acl_xattr.h; all numbers are little-endian.
constexpr std::uint32_t list_version = 2;
constexpr std::size_t header_bytes = 4;
constexpr std::size_t line_bytes = 8;
constexpr std::uint32_t no_id = 0xffffffff;

struct Kind {
    std::uint16_t kernel;
    int archive;
};
constexpr std::array<Kind, 6> kinds = {{{0x01, ARCHIVE_ENTRY_ACL_USER_OBJ},
                                        {0x02, ARCHIVE_ENTRY_ACL_USER},
                                        {0x04, ARCHIVE_ENTRY_ACL_GROUP_OBJ},
                                        {0x08, ARCHIVE_ENTRY_ACL_GROUP},
                                        {0x10, ARCHIVE_ENTRY_ACL_MASK},
                                        {0x20, ARCHIVE_ENTRY_ACL_OTHER}}};

struct Line {
    std::uint16_t kind = 0;
    std::uint16_t permissions = 0;
    std::uint32_t id = no_id;
};

std::uint32_t number(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

void append(std::string& bytes, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char>((value >> (8 * i)) & 0xffU);
}

}  // namespace

bool addAccessList(archive_entry* entry, int type, const std::string& value, UserNames& names) {
    if (value.size() < header_bytes || (value.size() - header_bytes) % line_bytes != 0 ||
        number(value, 0, 4) != list_version) {
        return false;
    }
    for (std::size_t at = header_bytes; at < value.size(); at += line_bytes) {
        const auto kernel = static_cast<std::uint16_t>(number(value, at, 2));
        const auto* kind =
            std::find_if(kinds.begin(), kinds.end(), [&](const Kind& each) { return each.kernel == kernel; });
        if (kind == kinds.end()) return false;
        const std::uint32_t id = number(value, at + 4, 4);
        const bool is_user = kind->archive == ARCHIVE_ENTRY_ACL_USER;
        const bool is_group = kind->archive == ARCHIVE_ENTRY_ACL_GROUP;
        const std::string name = is_user ? names.user(id) : is_group ? names.group(id) : std::string();
        archive_entry_acl_add_entry(entry,
                                    type,
                                    static_cast<int>(number(value, at + 2, 2)),
                                    kind->archive,
                                    is_user || is_group ? static_cast<int>(id) : -1,
                                    name.empty() ? nullptr : name.c_str());
    }
    return true;
}

std::string accessListOf(archive_entry* entry, int type, UserNames& names) {
    if (archive_entry_acl_reset(entry, type) == 0) return {};
    std::vector<Line> lines;
    int each_type = 0;
    int permissions = 0;
    int tag = 0;
    int id = 0;
    const char* name = nullptr;
    while (archive_entry_acl_next(entry, type, &each_type, &permissions, &tag, &id, &name) == ARCHIVE_OK) {
        const auto* kind =
            std::find_if(kinds.begin(), kinds.end(), [&](const Kind& each) { return each.archive == tag; });
        if (kind == kinds.end()) continue;
        Line line{kind->kernel, static_cast<std::uint16_t>(permissions & 7), no_id};
        if (tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP) {
            const std::string known = name != nullptr ? name : "";
            std::optional<std::uint32_t> here;
            if (!known.empty())
                here = tag == ARCHIVE_ENTRY_ACL_USER ? names.userId(known) : names.groupId(known);
            line.id = here.value_or(static_cast<std::uint32_t>(id));
        }
        lines.push_back(line);
    }
    if (lines.empty()) return {};
    // The kernel wants this order.
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        return a.kind != b.kind ? a.kind < b.kind : a.id < b.id;
    });
    std::string value;
    append(value, list_version, 4);
    for (const Line& line : lines) {
        append(value, line.kind, 2);
        append(value, line.permissions, 2);
        append(value, line.id, 4);
    }
    return value;
}

}  // namespace dbackup::files
