#include "core/store/job_store.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/query.h"

namespace dbackup::store {

namespace {

const std::string select_jobs =
    "SELECT id, name, schedule, enabled, source_id, databases, compression, compression_level, parallel, "
    "format, spool_bytes, extra, created_at, updated_at FROM jobs";

std::string databasesText(const std::vector<std::string>& databases) {
    JsonArray::Ptr names(new JsonArray);
    for (const std::string& database : databases) {
        names->add(database);
    }
    return toText(names);
}

std::vector<std::string> databasesFrom(const std::string& text) {
    std::vector<std::string> databases;
    const auto names = parseJson(text, "a job's list of databases").extract<JsonArray::Ptr>();
    for (const JsonVar& name : *names) {
        databases.push_back(name.convert<std::string>());
    }
    return databases;
}

void addDestinations(Connection& connection, const Job& job) {
    for (const JobDestination& destination : job.destinations) {
        connection.execute(
            "INSERT INTO job_destinations (id, job_id, adapter_id, priority, retention, retries, "
            "bandwidth_limit, verify) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            {destination.id,
             job.id,
             destination.adapter_id,
             destination.priority,
             destination.retention,
             destination.retries,
             destination.bandwidth_limit,
             std::string(toString(destination.verify))});
    }
}

void addSources(Connection& connection, const Job& job) {
    std::int64_t position = 0;
    for (const std::string& source : job.more_source_ids) {
        connection.execute("INSERT INTO job_sources (job_id, position, adapter_id) VALUES (?, ?, ?)",
                           {job.id, position++, source});
    }
}

/// What a failed change of a job means to who asked for it.
Error explained(const Error& error, const Job& job) {
    if (error.kind() == ErrorKind::AlreadyExists) {
        return {ErrorKind::AlreadyExists, "A job with the name \"" + job.name + "\" already exists."};
    }
    if (error.kind() == ErrorKind::NotFound) {
        return {
            ErrorKind::NotFound,
            "job \"" + job.name + "\" cannot be saved: its source or one of its destinations does not exist"};
    }
    return error;
}

}  // namespace

static void read(Row& row, Job& job) {
    job.id = row.text();
    job.name = row.text();
    job.schedule = row.text();
    job.enabled = row.flag();
    job.source_id = row.text();
    job.databases = databasesFrom(row.text());
    job.compression = row.text();
    job.compression_level = static_cast<int>(row.integer());
    job.parallel = static_cast<int>(row.integer());
    job.format = row.text();
    job.spool_bytes = row.integer();
    job.extra = row.text();
    job.created_at = row.time();
    job.updated_at = row.time();
}

static void read(Row& row, JobDestination& destination) {
    destination.id = row.text();
    destination.adapter_id = row.text();
    destination.priority = static_cast<int>(row.integer());
    destination.retention = row.text();
    destination.retries = static_cast<int>(row.integer());
    destination.bandwidth_limit = row.integer();
    const std::string verify = row.text();
    const auto known = verifyModeFrom(verify);
    if (!known)
        throw Error(ErrorKind::Integrity, "\"" + verify + "\" in the history store is no verification");
    destination.verify = *known;
}

static void readRelations(Connection& connection, Job& job) {
    job.more_source_ids = connection.select<std::string>(
        "SELECT adapter_id FROM job_sources WHERE job_id = ? ORDER BY position", {job.id});
    job.destinations = connection.select<JobDestination>(
        "SELECT id, adapter_id, priority, retention, retries, bandwidth_limit, verify "
        "FROM job_destinations WHERE job_id = ? ORDER BY priority, id",
        {job.id});
}

JobStore::JobStore(Database& database) : database_(database) {}

void JobStore::add(const Job& job) {
    try {
        database_.write([&](Connection& connection) {
            connection.execute(
                "INSERT INTO jobs (id, name, schedule, enabled, source_id, databases, compression, "
                "compression_level, parallel, format, spool_bytes, extra, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                {job.id,
                 job.name,
                 job.schedule,
                 job.enabled,
                 textOrNull(job.source_id),
                 databasesText(job.databases),
                 job.compression,
                 job.compression_level,
                 job.parallel,
                 job.format,
                 job.spool_bytes,
                 job.extra,
                 job.created_at,
                 job.updated_at});
            addSources(connection, job);
            addDestinations(connection, job);
        });
    } catch (const Error& error) {
        throw explained(error, job);
    }
}

void JobStore::update(const Job& job) {
    std::int64_t changed = 0;
    try {
        database_.write([&](Connection& connection) {
            changed = connection.execute(
                "UPDATE jobs SET name = ?, schedule = ?, enabled = ?, source_id = ?, databases = ?, "
                "compression = ?, compression_level = ?, parallel = ?, format = ?, spool_bytes = ?, "
                "extra = ?, updated_at = ? WHERE id = ?",
                {job.name,
                 job.schedule,
                 job.enabled,
                 textOrNull(job.source_id),
                 databasesText(job.databases),
                 job.compression,
                 job.compression_level,
                 job.parallel,
                 job.format,
                 job.spool_bytes,
                 job.extra,
                 job.updated_at,
                 job.id});
            if (changed == 0) return;
            connection.execute("DELETE FROM job_sources WHERE job_id = ?", {job.id});
            addSources(connection, job);
            connection.execute("DELETE FROM job_destinations WHERE job_id = ?", {job.id});
            addDestinations(connection, job);
        });
    } catch (const Error& error) {
        throw explained(error, job);
    }
    if (changed == 0) {
        throw Error(ErrorKind::NotFound, "there is no job " + job.id);
    }
}

bool JobStore::remove(const std::string& id) {
    return change(database_, "DELETE FROM jobs WHERE id = ?", {id}) != 0;
}

std::optional<Job> JobStore::find(const std::string& id) const {
    std::optional<Job> job;
    database_.read([&](Connection& connection) {
        job = connection.selectFirst<Job>(select_jobs + " WHERE id = ?", {id});
        if (job) {
            readRelations(connection, *job);
        }
    });
    return job;
}

std::vector<Job> JobStore::list() const {
    std::vector<Job> jobs;
    database_.read([&](Connection& connection) {
        jobs = connection.select<Job>(select_jobs + " ORDER BY created_at DESC, id DESC");
        for (Job& job : jobs) {
            readRelations(connection, job);
        }
    });
    return jobs;
}

std::vector<std::string> JobStore::usersOf(const std::string& adapter_id) const {
    return listRows<std::string>(database_,
                                 "SELECT name FROM jobs WHERE source_id = ? OR id IN "
                                 "(SELECT job_id FROM job_destinations WHERE adapter_id = ?) OR id IN "
                                 "(SELECT job_id FROM job_sources WHERE adapter_id = ?) ORDER BY name",
                                 {adapter_id, adapter_id, adapter_id});
}

}  // namespace dbackup::store
