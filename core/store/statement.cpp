#include "core/store/statement.h"

#include "core/store/store_error.h"

namespace dbackup::store {

namespace {

using Poco::Data::SQLite::Binder;

struct Bind {
    Binder& binder;
    std::size_t position;

    template <class T>
    void operator()(const T& value) const {
        binder.bind(position, value, Binder::PD_IN);
    }
    void operator()(std::monostate) const { binder.bind(position, Poco::NULL_GENERIC, Binder::PD_IN); }
};

}  // namespace

std::string Row::text() {
    std::string value;
    extractor_.extract(position_++, value);
    return value;
}

std::optional<std::int64_t> Row::optionalInteger() {
    Poco::Int64 value = 0;
    return extractor_.extract(position_++, value) ? std::optional<std::int64_t>(value) : std::nullopt;
}

std::optional<TimePoint> Row::optionalTime() {
    const auto millis = optionalInteger();
    return millis ? std::optional(fromMillis(*millis)) : std::nullopt;
}

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
    const int status = sqlite3_prepare_v3(
        database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (status != SQLITE_OK) {
        throw storeError(database_, status);
    }
    binder_.emplace(statement_);
    extractor_.emplace(statement_);
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::start(const Values& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::visit(Bind{*binder_, i + 1}, values[i].data());
    }
}

bool Statement::step() {
    const int status = sqlite3_step(statement_);
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
        throw storeError(database_, status);
    }
    extractor_->reset();
    return status == SQLITE_ROW;
}

void Statement::finish() noexcept {
    // The status repeats what step() has thrown already.
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

}  // namespace dbackup::store
