#include "cli/execution_feed.h"

#include <charconv>

namespace dbackup::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds moment{250};
constexpr seconds between_questions{2};
constexpr seconds between_streams{10};
constexpr std::chrono::minutes patience{5};

}  // namespace

ExecutionFeed::ExecutionFeed(RestClient& rest,
                             Interrupts& interrupts,
                             const std::string& id,
                             std::int64_t log_cursor)
    : rest_(rest), interrupts_(interrupts), path_("/executions/" + encoded(id)), log_cursor_(log_cursor) {}

ExecutionNews ExecutionFeed::next() {
    const auto now = steady_clock::now();
    if (!stream_ && now >= next_stream_) {
        next_stream_ = now + between_streams;
        // A stream that comes to nothing is followed by a question at once.
        next_question_ = now;
        stream_ = std::make_unique<EventStream>(rest_.connection(),
                                                path_ + "/events?cursor=" + std::to_string(log_cursor_));
    }
    if (stream_) return fromStream();
    if (now >= next_question_) {
        next_question_ = now + between_questions;
        return ask();
    }
    interrupts_.wait(moment);
    return {};
}

ExecutionNews ExecutionFeed::fromStream() {
    ExecutionNews news;
    interrupts_.wait(moment, stream_->fd());
    for (const ServerEvent& event : stream_->take()) {
        lost_since_.reset();
        take(event, news);
    }
    if (stream_->hasEnded()) stream_.reset();
    return news;
}

void ExecutionFeed::take(const ServerEvent& event, ExecutionNews& news) {
    JsonObject::Ptr data;
    try {
        data = asObject(parseJson(event.data));
    } catch (const Poco::Exception&) {
        return;  // of another kind than we know
    }
    if (event.name == "execution") {
        news.execution = data;
    } else if (event.name == "end") {
        note(data, news);
    } else if (event.name == "stage") {
        news.stages.push_back(data);
    } else if (event.name == "log") {
        news.logs.push_back(data);
        log_cursor_ = std::max(log_cursor_, event.id);
    }
}

void ExecutionFeed::note(const JsonObject::Ptr& execution, ExecutionNews& news) {
    const std::string status = textAt(*execution, "status");
    ended_ = ended_ || status == "Success" || status == "Failed";
    news.execution = execution;
}

ExecutionNews ExecutionFeed::ask() {
    ExecutionNews news;
    try {
        // The execution before its log: at the end nothing of the log is missing.
        const JsonObject::Ptr execution = asObject(rest_.data(path_));
        news.stages = objectsIn(rest_.data(path_ + "/stages"));
        const auto log =
            asObject(rest_.get(path_ + "/logs?limit=10000&cursor=" + std::to_string(log_cursor_)));
        news.logs = objectsAt(*log, "data");
        const std::string cursor = textAt(*log, "nextCursor");
        std::from_chars(cursor.data(), cursor.data() + cursor.size(), log_cursor_);
        note(execution, news);
        lost_since_.reset();
    } catch (const Failure& failure) {
        if (failure.code() != ExitCode::Unreachable) throw;
        const auto now = steady_clock::now();
        if (!lost_since_) lost_since_ = now;
        if (now - *lost_since_ > patience) throw;
    }
    return news;
}

}  // namespace dbackup::cli
