#include "core/store/key_store.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/store/query.h"

namespace dbackup::store {

namespace {

const std::string select_keys =
    "SELECT id, name, prefix, hash, permissions, expires_at, enabled, last_used_at, created_at FROM api_keys";

// Separated by spaces, which no permission has: keys are read with every request, and JSON would cost more
// than the rest of the query.
std::string permissionsText(const std::vector<std::string>& permissions) {
    std::string text;
    for (const std::string& permission : permissions) {
        text += (text.empty() ? "" : " ") + permission;
    }
    return text;
}

std::vector<std::string> permissionsFrom(std::string_view text) {
    std::vector<std::string> permissions;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        permissions.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return permissions;
}

Error nameTaken(const ApiKey& key) {
    return {ErrorKind::AlreadyExists, "An API key with the name \"" + key.name + "\" already exists."};
}

}  // namespace

static void read(Row& row, ApiKey& key) {
    key.id = row.text();
    key.name = row.text();
    key.prefix = row.text();
    key.hash = row.text();
    key.permissions = permissionsFrom(row.text());
    key.expires_at = row.optionalTime();
    key.enabled = row.flag();
    key.last_used_at = row.optionalTime();
    key.created_at = row.time();
}

KeyStore::KeyStore(Database& database) : database_(database) {}

void KeyStore::add(const ApiKey& key) {
    try {
        change(
            database_,
            "INSERT INTO api_keys (id, name, prefix, hash, permissions, expires_at, enabled, last_used_at, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {key.id,
             key.name,
             key.prefix,
             key.hash,
             permissionsText(key.permissions),
             key.expires_at,
             key.enabled,
             key.last_used_at,
             key.created_at});
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::AlreadyExists) throw nameTaken(key);
        throw;
    }
}

void KeyStore::update(const ApiKey& key) {
    std::int64_t changed = 0;
    try {
        changed =
            change(database_,
                   "UPDATE api_keys SET name = ?, prefix = ?, hash = ?, permissions = ?, expires_at = ?, "
                   "enabled = ? WHERE id = ?",
                   {key.name,
                    key.prefix,
                    key.hash,
                    permissionsText(key.permissions),
                    key.expires_at,
                    key.enabled,
                    key.id});
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::AlreadyExists) throw nameTaken(key);
        throw;
    }
    if (changed == 0) {
        throw Error(ErrorKind::NotFound, "there is no API key " + key.id);
    }
}

bool KeyStore::remove(const std::string& id) {
    return change(database_, "DELETE FROM api_keys WHERE id = ?", {id}) != 0;
}

std::optional<ApiKey> KeyStore::find(const std::string& id) const {
    return findRow<ApiKey>(database_, select_keys + " WHERE id = ?", {id});
}

std::optional<ApiKey> KeyStore::findByHash(const std::string& hash) const {
    return findRow<ApiKey>(database_, select_keys + " WHERE hash = ?", {hash});
}

std::vector<ApiKey> KeyStore::list() const {
    return listRows<ApiKey>(database_, select_keys + " ORDER BY created_at DESC, id DESC");
}

void KeyStore::usedLater(const std::string& id, TimePoint now) {
    changeLater(database_, "UPDATE api_keys SET last_used_at = ? WHERE id = ?", {now, id});
}

}  // namespace dbackup::store
