#include "object_removal.h"

#include <optional>
#include <vector>

#include "answer_error.h"
#include "hash.h"
#include "object_upload.h"
#include "xml_answer.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using namespace std::chrono_literals;

constexpr std::size_t most_in_batch = 1000;
constexpr int most_versions = 1000;
/// Signatures are refused when clocks differ by more, so ours and the server's do not.
constexpr auto clock_difference = 15min;
constexpr std::chrono::milliseconds cleaning_limit = 10s;
/// Who was told to stop must not wait for long; what then is left stays announced.
constexpr std::chrono::milliseconds hasty_limit = 700ms;
constexpr int abort_attempts = 3;

/// "; it is locked until ... (GOVERNANCE)" from the answer to a HEAD.
std::string lockText(const curl::Response& head) {
    std::string text;
    const std::string until = head.header("x-amz-object-lock-retain-until-date");
    if (!until.empty()) {
        text += "; it is locked until " + until + " (" + head.header("x-amz-object-lock-mode") + ")";
    }
    if (head.header("x-amz-object-lock-legal-hold") == "ON") text += "; it is under a legal hold";
    return text;
}

/// @param head  the answer to a HEAD of it
void removeSeen(Bucket& bucket, const std::string& key, const curl::Response& head, sdk::RunContext& run) {
    Call call{"DELETE", key, "cannot remove " + bucket.place(key)};
    const std::string version = head.header("x-amz-version-id");
    if (!version.empty() && bucket.settings().delete_versions) call.query["versionId"] = version;
    try {
        bucket.ask(call, run, true);
    } catch (const Error& error) {
        const std::string lock = lockText(head);
        if (lock.empty() || error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::Cancelled)
            throw;
        throw Error(
            ErrorKind::Permission, error.what() + lock, "Wait until the lock ends, or have it lifted");
    }
}

bool isVersioned(const Bucket& bucket, const curl::Response& head) {
    return bucket.settings().delete_versions && !head.header("x-amz-version-id").empty();
}

std::string batchBody(std::span<const std::string> keys) {
    std::string body = R"(<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>)";
    for (const std::string& key : keys)
        body += "<Object><Key>" + xmlText(key) + "</Key></Object>";
    return body + "</Delete>";
}

class BatchRemoval {
public:
    BatchRemoval(Bucket& bucket, sdk::RunContext& run) : bucket_(bucket), run_(run) {}

    void one(const std::string& key) {
        try {
            removeObject(bucket_, key, run_);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) throw;
            keep(error);
        }
    }

    void batch(std::span<const std::string> keys) {
        const std::string body = batchBody(keys);
        Call call{"POST",
                  "",
                  "cannot remove objects of " + bucket_.settings().bucket,
                  {{"delete", ""}},
                  {},
                  bytesOf(body)};
        call.headers["content-md5"] = base64(md5(bytesOf(body)));
        call.headers["content-type"] = "application/xml";
        try {
            for (const RemoveFailure& failure : removeFailuresOf(bucket_.ask(call, run_).body)) {
                keep(codeError({failure.code, failure.message, "", ""},
                               0,
                               "cannot remove " + bucket_.place(failure.key)));
            }
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) throw;
            if (error.kind() == ErrorKind::Unsupported) {  // a server without batches
                for (const std::string& key : keys)
                    one(key);
            } else {
                keep(error);
            }
        }
    }

    void throwFirst() const {
        if (first_) throw Error(*first_);
    }

private:
    void keep(const Error& error) {
        if (!first_) first_ = error;
    }

    Bucket& bucket_;
    sdk::RunContext& run_;
    std::optional<Error> first_;
};

class LeftoverRemoval {
public:
    LeftoverRemoval(Bucket& bucket, const Leftover& leftover, RemovalPace pace, sdk::RunContext& run)
        : bucket_(bucket), leftover_(leftover), pace_(pace), run_(run) {}

    void abortUpload(const std::string& id) {
        for (int i = 0; i < abort_attempts; ++i) {
            ask({"DELETE", leftover_.key, "cannot give up the upload of " + place(), {{"uploadId", id}}});
            if (!pace_.parts_may_come || isGone(id)) return;
        }
        throw Error(ErrorKind::Unavailable,
                    "cannot give up the upload of " + place() + ": parts keep arriving")
            .canRetry();
    }

    void abortUnknown() {
        const curl::Response response = ask({"GET",
                                             "",
                                             "cannot list the unfinished uploads of " + place(),
                                             {{"uploads", ""}, {"prefix", leftover_.key}}});
        for (const OpenUpload& upload : openUploadsOf(response.body)) {
            const bool is_it =
                upload.key == leftover_.key && upload.initiated >= leftover_.since - clock_difference;
            if (is_it) abortUpload(upload.id);
        }
    }

    void removeUnfinishedObject() {
        Call call{"HEAD", leftover_.key, "cannot look at " + place(), {}, bucket_.customerKeyHeaders()};
        const curl::Response head = ask(call);
        if (head.status == 404 || head.header(mark_header) != leftover_.mark) return;
        Call removal{"DELETE", leftover_.key, "cannot remove " + place()};
        const std::string version = head.header("x-amz-version-id");
        if (!version.empty()) removal.query["versionId"] = version;
        ask(removal);
    }

private:
    std::string place() const { return bucket_.place(leftover_.key); }
    std::chrono::milliseconds limit() const { return pace_.is_hasty ? hasty_limit : cleaning_limit; }

    curl::Response ask(Call call) {
        call.time_limit = limit();
        if (!pace_.is_hasty) return bucket_.ask(call, run_, true);
        curl::Response response = bucket_.send(call, run_);
        if (response.status >= 300 && response.status != 404)
            throw Error(bucket_.errorOf(response, call.what));
        return response;
    }

    bool isGone(const std::string& id) {
        Call call{"GET", leftover_.key, "cannot look at the upload of " + place(), {{"uploadId", id}}};
        call.time_limit = limit();
        const long status = bucket_.send(call, run_).status;
        return status != 200;  // 404, or a server that cannot list parts
    }

    Bucket& bucket_;
    const Leftover& leftover_;
    const RemovalPace pace_;
    sdk::RunContext& run_;
};

}  // namespace

bool removeObject(Bucket& bucket, const std::string& key, sdk::RunContext& run) {
    const Call look{"HEAD", key, "cannot look at " + bucket.place(key), {}, bucket.customerKeyHeaders()};
    for (int removed = 0; removed < most_versions; ++removed) {
        const curl::Response head = bucket.ask(look, run, true);
        if (head.status == 404) return removed > 0;
        removeSeen(bucket, key, head, run);
        if (!isVersioned(bucket, head)) return true;
    }
    throw Error(ErrorKind::Unsupported, bucket.place(key) + " has more versions than are removed at once");
}

void removeObjects(Bucket& bucket, std::span<const std::string> keys, sdk::RunContext& run) {
    BatchRemoval removal(bucket, run);
    // Is the bucket versioned? The first object that is there tells.
    std::size_t at = 0;
    bool is_versioned = false;
    for (bool is_known = false; at < keys.size() && !is_known; ++at) {
        const Call look{
            "HEAD", keys[at], "cannot look at " + bucket.place(keys[at]), {}, bucket.customerKeyHeaders()};
        const curl::Response head = bucket.ask(look, run, true);
        is_known = head.status != 404;
        is_versioned = is_known && isVersioned(bucket, head);
        if (is_known) removal.one(keys[at]);
    }
    while (at < keys.size()) {
        const std::size_t count = is_versioned ? 1 : std::min(most_in_batch, keys.size() - at);
        if (is_versioned) {
            removal.one(keys[at]);
        } else {
            removal.batch(keys.subspan(at, count));
        }
        at += count;
    }
    removal.throwFirst();
}

void removeLeftover(Bucket& bucket, const Leftover& leftover, RemovalPace pace, sdk::RunContext& run) {
    LeftoverRemoval removal(bucket, leftover, pace, run);
    if (!leftover.upload_id.empty()) removal.abortUpload(leftover.upload_id);
    if (leftover.upload_id.empty() && leftover.mark.empty()) removal.abortUnknown();
    if (!leftover.mark.empty()) removal.removeUnfinishedObject();
}

}  // namespace dbackup::s3
