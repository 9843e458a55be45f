#include "user_names.h"

#include <cerrno>
#include <vector>

#include <grp.h>
#include <pwd.h>

namespace dbackup::files {

namespace {

constexpr std::size_t first_room = 4096;
constexpr std::size_t most_room = std::size_t{1} << 20;  // groups list all their members
constexpr std::size_t most_remembered = 10'000;

/// Calls one of the reentrant look-ups with room enough.
template <class Record, class Look, class Take>
auto looked(const Look& look, const Take& take) -> decltype(take(Record{})) {
    for (std::size_t room = first_room; room <= most_room; room *= 4) {
        std::vector<char> texts(room);
        Record record{};
        Record* found = nullptr;
        const int error = look(&record, texts.data(), texts.size(), &found);
        if (error == 0 && found != nullptr) return take(record);
        if (error != ERANGE) break;
    }
    return {};
}

template <class Key, class Value, class Find>
const Value& remembered(std::map<Key, Value>& known, const Key& key, const Find& find) {
    const auto there = known.find(key);
    if (there != known.end()) return there->second;
    if (known.size() >= most_remembered) known.clear();
    return known.emplace(key, find()).first->second;
}

}  // namespace

const std::string& UserNames::user(uid_t id) {
    return remembered(users_, id, [&] {
        return looked<passwd>(
            [&](auto... rest) { return ::getpwuid_r(id, rest...); },
            [](const passwd& record) { return std::string(record.pw_name ? record.pw_name : ""); });
    });
}

const std::string& UserNames::group(gid_t id) {
    return remembered(groups_, id, [&] {
        return looked<::group>(
            [&](auto... rest) { return ::getgrgid_r(id, rest...); },
            [](const ::group& record) { return std::string(record.gr_name ? record.gr_name : ""); });
    });
}

std::optional<uid_t> UserNames::userId(const std::string& name) {
    return remembered(user_ids_, name, [&] {
        return looked<passwd>([&](auto... rest) { return ::getpwnam_r(name.c_str(), rest...); },
                              [](const passwd& record) { return std::optional<uid_t>(record.pw_uid); });
    });
}

std::optional<gid_t> UserNames::groupId(const std::string& name) {
    return remembered(group_ids_, name, [&] {
        return looked<::group>([&](auto... rest) { return ::getgrnam_r(name.c_str(), rest...); },
                               [](const ::group& record) { return std::optional<gid_t>(record.gr_gid); });
    });
}

}  // namespace dbackup::files
