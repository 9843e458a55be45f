#include "page_reader.h"

#include <vector>

#include <dbackup/sdk/error.h>

namespace dbackup::sqlite {

void sendPages(Snapshot& snapshot, sdk::ByteSink& sink, sdk::RunContext& run) {
    std::vector<std::byte> page(snapshot.pageBytes());
    for (std::uint32_t next = 1; next <= snapshot.pages();) {
        run.throwIfStopped();
        const auto room = sink.acquire();
        if (room.size() >= page.size()) {
            const std::uint32_t count = snapshot.read(next, room);
            sink.produced(std::size_t{count} * page.size());
            next += count;
        } else {
            snapshot.read(next, page);
            sink.write(page);
            ++next;
        }
    }
}

void sendEmptyDatabase(sdk::ByteSink& sink, sdk::RunContext& run) {
    Connection empty(":memory:", Connection::Mode::Create, run);
    empty.execute("CREATE TABLE made(once)");
    empty.execute("DROP TABLE made");
    empty.execute("VACUUM");
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
        sqlite3_serialize(empty.handle(), "main", &size, 0), &sqlite3_free);
    if (!bytes || size <= 0) {
        throw sdk::Error(sdk::ErrorKind::Internal, "SQLite cannot make an empty database");
    }
    sink.write(std::as_bytes(std::span(bytes.get(), static_cast<std::size_t>(size))));
}

}  // namespace dbackup::sqlite
