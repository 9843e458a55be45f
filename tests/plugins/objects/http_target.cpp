#include "http_target.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/probe.h>
#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "checksum.h"

using dbackup::curl::Response;
using dbackup::curl::Transfer;
using dbackup::sdk::ByteRange;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::IfExists;
using dbackup::sdk::ListCallback;
using dbackup::sdk::LogLevel;
using dbackup::sdk::ObjectInfo;
using dbackup::sdk::ObjectReader;
using dbackup::sdk::ObjectSpec;
using dbackup::sdk::ObjectWriter;
using dbackup::sdk::RunContext;
using dbackup::sdk::Settings;
using dbackup::sdk::UnstoppableRun;

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr std::chrono::seconds undo_time(1);
constexpr int undo_attempts = 15;
constexpr std::chrono::seconds patience(3);  // of one that waits too long

class MemoryWriter final : public ObjectWriter {
public:
    MemoryWriter(HttpTarget& target, ObjectSpec spec, RunContext& run)
        : target_(target), spec_(std::move(spec)), run_(run) {}

    void write(std::span<const std::byte> bytes) override {
        run_.throwIfStopped();
        bytes_.append(static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size());
        if (bytes_.size() > most_bytes) throw Error(ErrorKind::Unsupported, spec_.name + " is too large");
    }
    ObjectInfo commit() override {
        if (spec_.size_bytes && *spec_.size_bytes != bytes_.size())
            throw Error(ErrorKind::Integrity, spec_.name + " got another size than was announced");
        target_.store(spec_, bytes_, run_);
        return {spec_.name, bytes_.size(), std::chrono::system_clock::now(), ""};
    }
    void abort() noexcept override { bytes_.clear(); }

private:
    HttpTarget& target_;
    ObjectSpec spec_;
    RunContext& run_;
    std::string bytes_;
};

class MemoryReader final : public ObjectReader {
public:
    MemoryReader(std::string bytes, RunContext& run) : bytes_(std::move(bytes)), run_(run) {}

    std::size_t read(std::span<std::byte> into) override {
        run_.throwIfStopped();
        const std::size_t count = std::min(into.size(), bytes_.size() - at_);
        std::memcpy(into.data(), bytes_.data() + at_, count);
        at_ += count;
        return count;
    }

private:
    std::string bytes_;
    RunContext& run_;
    std::size_t at_ = 0;
};

}  // namespace

HttpTarget::HttpTarget(const Settings& settings)
    : url_(settings.text("url")), password_(settings.text("password")), fault_(settings.text("fault")) {
    while (url_.ends_with('/'))
        url_.pop_back();
    const bool waits = does("waits too long") || does("ignores stop");
    connection_.connect_timeout = std::chrono::seconds(settings.integer("connectTimeout"));
    connection_.stall_timeout = waits ? patience : std::chrono::seconds(settings.integer("stallTimeout"));
}

Error HttpTarget::errorOf(const std::string& what, const Response& response) const {
    const std::string text = what + ": the server answers " + std::to_string(response.status);
    switch (response.status) {
        case 400:
            return Error(ErrorKind::Integrity, text);
        case 401:
            return Error(ErrorKind::Authentication, text);
        case 404:
            return Error(ErrorKind::NotFound, text);
        case 412:
            return Error(ErrorKind::AlreadyExists, text);
        default:
            return Error(ErrorKind::Unavailable, text).canRetry();
    }
}

void HttpTarget::retried(RunContext& run, const std::function<void()>& action) const {
    try {
        dbackup::sdk::retry({2, std::chrono::milliseconds(20), std::chrono::milliseconds(100)}, run, action);
    } catch (const Error& error) {
        if (does("wrong kind") && error.kind() == ErrorKind::Unavailable)
            throw Error(ErrorKind::Internal, error.what());
        throw;
    }
}

Response HttpTarget::askOnce(const std::string& method,
                             const std::string& path,
                             RunContext& run,
                             const std::string& header,
                             const std::string* body,
                             std::optional<std::chrono::seconds> patience_in_all) {
    UnstoppableRun unstoppable(run);
    RunContext& used = does("ignores stop") ? static_cast<RunContext&>(unstoppable) : run;
    dbackup::curl::Connection connection = connection_;
    if (patience_in_all) connection.connect_timeout = connection.stall_timeout = *patience_in_all;
    Transfer transfer(sessions_.take(), connection, used, "cannot " + method + " " + url_ + path);
    transfer.set(CURLOPT_URL, (url_ + path).c_str());
    transfer.addHeader("Authorization: Bearer " + password_);
    if (!header.empty()) transfer.addHeader(header);
    if (body) {
        transfer.addHeader("X-Checksum: " + checksumOf(*body));
        transfer.addHeader("Expect:");
        transfer.upload(body->size());
        transfer.send(std::as_bytes(std::span(*body)));
    } else if (method == "HEAD") {
        transfer.set(CURLOPT_NOBODY, 1L);
    } else if (method != "GET") {
        transfer.set(CURLOPT_CUSTOMREQUEST, method.c_str());
    }
    return transfer.finish(most_bytes);
}

Response HttpTarget::ask(const std::string& method,
                         const std::string& name,
                         RunContext& run,
                         const std::string& header) {
    Response response;
    retried(run, [&] {
        response = askOnce(method, "/o/" + hexOf(name), run, header, nullptr);
        if (response.status == 401 || response.status >= 500)
            throw errorOf("cannot " + method + " " + name, response);
    });
    return response;
}

void HttpTarget::putOnce(const ObjectSpec& spec, const std::string& bytes, RunContext& run) {
    const std::string condition = spec.if_exists == IfExists::Fail ? "If-None-Match: *" : "";
    const Response response = askOnce("PUT", "/o/" + hexOf(spec.name), run, condition, &bytes);
    if (response.status == 201 || (does("takes 503 for good") && response.status == 503)) return;
    throw errorOf("cannot write " + spec.name, response);
}

void HttpTarget::store(const ObjectSpec& spec, const std::string& bytes, RunContext& run) {
    int attempts = 0;
    try {
        retried(run, [&] {
            const bool shortened = does("repeats wrongly") && attempts > 0;
            try {
                ++attempts;
                putOnce(spec, shortened ? bytes.substr(1) : bytes, run);
            } catch (const Error& error) {
                // An answer that was lost on the way, and the object is ours.
                if (error.kind() != ErrorKind::AlreadyExists || attempts == 1) throw;
                if (ask("HEAD", spec.name, run).header("X-Checksum") != checksumOf(bytes)) throw;
            }
        });
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled && attempts > 0) undo(spec, bytes, run);
        if (!does("takes a lost upload for good") || error.kind() != ErrorKind::Unavailable) throw;
    }
}

/// The stop may have come when the server had all of it.
void HttpTarget::undo(const ObjectSpec& spec, const std::string& bytes, RunContext& run) {
    UnstoppableRun cleaning(run);
    try {
        const std::string path = "/o/" + hexOf(spec.name);
        const std::string ours = checksumOf(bytes);
        // It may still be reading what was sent to it.
        for (int i = 0; i < undo_attempts; ++i) {
            const Response response = askOnce("HEAD", path, cleaning, "", nullptr, undo_time);
            if (response.header("X-Checksum") == ours) {
                askOnce("DELETE", path, cleaning, "", nullptr, undo_time);
                return;
            }
            dbackup::sdk::sleepFor(std::chrono::milliseconds(20), cleaning);
        }
    } catch (const Error& error) {
        run.log(LogLevel::Warning, "Could not remove " + spec.name + ": " + error.text());
    }
}

std::string HttpTarget::test(RunContext& run) {
    return dbackup::sdk::probe(*this, run);
}

std::unique_ptr<ObjectWriter> HttpTarget::create(const ObjectSpec& spec, RunContext& run) {
    run.throwIfStopped();
    return std::make_unique<MemoryWriter>(*this, spec, run);
}

std::unique_ptr<ObjectReader> HttpTarget::open(const std::string& name, ByteRange range, RunContext& run) {
    const std::string last = range.length ? std::to_string(range.offset + *range.length - 1) : "";
    const bool is_empty = range.length == 0U;
    const Response response =
        ask("GET", name, run, "Range: bytes=" + std::to_string(range.offset) + "-" + (is_empty ? "" : last));
    if (response.status == 416 || is_empty) return std::make_unique<MemoryReader>("", run);
    if (response.status != 206) throw errorOf("cannot read " + name, response);
    return std::make_unique<MemoryReader>(response.body, run);
}

std::optional<ObjectInfo> HttpTarget::stat(const std::string& name, RunContext& run) {
    const Response response = ask("HEAD", name, run);
    if (response.status == 404) return std::nullopt;
    if (response.status != 200) throw errorOf("cannot look at " + name, response);
    return ObjectInfo{name, std::stoull("0" + response.header("X-Size")), {}, ""};
}

void HttpTarget::list(const std::string& prefix, const ListCallback& callback, RunContext& run) {
    Response response;
    retried(run, [&] {
        response = askOnce("GET", "/list/" + hexOf(prefix), run, "", nullptr);
        if (response.status != 200) throw errorOf("cannot list " + prefix, response);
    });
    std::istringstream lines(response.body);
    std::uint64_t size = 0;
    for (std::string name; lines >> name >> size;) {
        if (!callback({textOf(name), size, {}, ""})) return;
    }
}

bool HttpTarget::remove(const std::string& name, RunContext& run) {
    const Response response = ask("DELETE", name, run);
    if (response.status != 204 && response.status != 404) throw errorOf("cannot remove " + name, response);
    return response.status == 204;
}
