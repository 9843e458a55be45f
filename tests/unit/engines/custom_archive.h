#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dbackup::test {

/// Writes archives as pg_dump --format=custom --compress=0 does (pg_backup_archiver.c, pg_backup_custom.c).
class CustomArchive {
public:
    explicit CustomArchive(int minor = 14, std::size_t int_bytes = 4)
        : minor_(minor), int_bytes_(int_bytes) {}

    struct Entry {
        int id = 0;
        bool has_data = false;
        std::vector<std::string> dependencies = {};
    };

    void integer(std::int64_t value) {
        bytes_ += static_cast<char>(value < 0);
        auto rest = static_cast<std::uint64_t>(value < 0 ? -value : value);
        for (std::size_t i = 0; i < int_bytes_; ++i, rest >>= 8U) {
            bytes_ += static_cast<char>(rest & 0xffU);
        }
    }
    void text(const std::string& value) {
        integer(static_cast<std::int64_t>(value.size()));
        bytes_ += value;
    }
    void front(const std::vector<Entry>& entries) {
        bytes_ += "PGDMP";
        bytes_ += std::string{1, static_cast<char>(minor_), 0, static_cast<char>(int_bytes_), 8, 1};
        if (minor_ >= 15) {
            bytes_ += '\0';
        } else {
            integer(0);
        }
        for (int i = 0; i < 7; ++i) {
            integer(i);
        }
        text("shop");
        text("15.20");
        text("15.20");
        integer(static_cast<std::int64_t>(entries.size()));
        for (const auto& each : entries) {
            entry(each);
        }
    }
    void data(int id, const std::vector<std::string>& chunks) {
        bytes_ += '\1';
        integer(id);
        this->chunks(chunks);
    }
    void blobs(int id, const std::vector<std::pair<std::uint32_t, std::vector<std::string>>>& blobs) {
        bytes_ += '\3';
        integer(id);
        for (const auto& [oid, content] : blobs) {
            integer(static_cast<std::int32_t>(oid));
            chunks(content);
        }
        integer(0);
    }
    void raw(const std::string& bytes) { bytes_ += bytes; }
    const std::string& bytes() const { return bytes_; }

private:
    void entry(const Entry& entry) {
        integer(entry.id);
        integer(entry.has_data ? 1 : 0);
        for (const char* each : {"1259", "16385", "orders", "TABLE DATA"}) {
            text(each);
        }
        integer(3);
        text("CREATE ...");
        integer(-1);  // NULL
        text("COPY public.orders FROM stdin;\n");
        text("public");
        text("");
        if (minor_ >= 14) text("heap");
        if (minor_ >= 16) integer('r');
        text("postgres");
        text("false");
        for (const auto& each : entry.dependencies) {
            text(each);
        }
        integer(-1);
        bytes_ += '\2';
        bytes_ += std::string(8, '\0');
    }
    void chunks(const std::vector<std::string>& chunks) {
        for (const auto& each : chunks) {
            text(each);
        }
        integer(0);
    }

    int minor_;
    std::size_t int_bytes_;
    std::string bytes_;
};

}  // namespace dbackup::test
