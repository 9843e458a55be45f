#include "fixture.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace dbackup::test {

Sqlite::Sqlite(const std::filesystem::path& file) {
    sqlite3* made = nullptr;
    const int code = sqlite3_open(file.c_str(), &made);
    database_.reset(made);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(made));
    sqlite3_busy_timeout(made, 20'000);
}

std::string Sqlite::operator()(const std::string& sql) {
    std::string rows;
    char* message = nullptr;
    const auto add = [](void* text, int columns, char** values, char**) {
        for (int i = 0; i < columns; ++i) {
            auto& all = *static_cast<std::string*>(text);
            all += (all.empty() ? "" : "|") + std::string(values[i] == nullptr ? "NULL" : values[i]);
        }
        return 0;
    };
    if (sqlite3_exec(database_.get(), sql.c_str(), add, &rows, &message) != SQLITE_OK) {
        const std::string reason = message == nullptr ? "unknown" : message;
        sqlite3_free(message);
        throw std::runtime_error(sql.substr(0, 200) + ": " + reason);
    }
    return rows;
}

std::string Sqlite::content() {
    std::string all = (*this)("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2");
    const auto quoted = [](const std::string& name, char quote) {
        std::string text(1, quote);
        for (const char letter : name) {
            text += letter == quote ? std::string(2, quote) : std::string(1, letter);
        }
        return text + quote;
    };
    std::istringstream tables((*this)(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1"));
    for (std::string table; std::getline(tables, table, '|');) {
        std::istringstream columns(
            (*this)("SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM "
                    "pragma_table_info(" +
                    quoted(table, '\'') + ")"));
        std::string list;
        std::getline(columns, list);
        all += "\n" + table + ": " +
               (*this)("SELECT " + list + " AS r FROM " + quoted(table, '"') + " ORDER BY 1");
    }
    return all;
}

sdk::Settings settingsFor(const std::filesystem::path& file, const std::string& more) {
    return sdk::Settings(R"({"path":")" + file.string() + R"(","mode":"local")" + more + "}");
}

std::string dump(const std::filesystem::path& file, RecordingRun& run) {
    MemoryOutput output;
    sqlite::SqliteEngine(settingsFor(file)).dump({"database", file.filename().string(), ""}, output, run);
    if (output.objects.size() != 1 || !output.only().finished)
        throw std::logic_error("the dump was not finished");
    return output.only().bytes;
}

std::string dump(const std::filesystem::path& file) {
    RecordingRun run;
    return dump(file, run);
}

std::filesystem::path saved(const std::string& bytes, const TempDir& folder, const std::string& name) {
    const auto file = folder / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

sdk::Error errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const sdk::Error& error) {
        return error;
    }
    throw std::logic_error("there was no error");
}

}  // namespace dbackup::test
