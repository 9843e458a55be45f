#include "cli/progress.h"

#include <algorithm>
#include <ostream>

#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

using std::chrono::seconds;

constexpr std::size_t widest_bar = 30;
constexpr std::size_t narrowest_bar = 8;
constexpr seconds rate_window{10};
constexpr int plain_percents = 10;
constexpr seconds plain_interval{30};

std::string bar(int percent, std::size_t width) {
    const std::size_t done = (width - 2) * static_cast<std::size_t>(std::clamp(percent, 0, 100)) / 100;
    return '[' + std::string(done, '#') + std::string(width - 2 - done, '-') + ']';
}

std::string percentText(int percent) {
    const std::string digits = std::to_string(percent);
    return std::string(3 - std::min<std::size_t>(3, digits.size()), ' ') + digits + " %";
}

std::string withPiece(const std::string& line, const std::string& piece) {
    return piece.empty() ? line : line + "  " + piece;
}

double secondsBetween(SteadyTime from, SteadyTime to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace

std::string progressLine(const Progress& progress, std::size_t columns) {
    const std::string head =
        printable(progress.name.empty() ? progress.stage : progress.name + "  " + progress.stage);
    const std::string percent = percentText(progress.percent);
    const std::string bytes = progress.bytes > 0 ? bytesText(progress.bytes) : "";
    const std::string rate = progress.bytes_per_second
                                 ? bytesText(static_cast<std::int64_t>(*progress.bytes_per_second)) + "/s"
                                 : "";
    const std::string left = progress.time_left ? clockText(*progress.time_left) + " left" : "";

    const std::string all = withPiece(withPiece(withPiece(percent, bytes), rate), left);
    const std::size_t used = columnsOf(head) + 2 + columnsOf(all) + 2;
    if (used + narrowest_bar <= columns) {
        return head + "  " + bar(progress.percent, std::min(widest_bar, columns - used)) + "  " + all;
    }
    for (const auto& tail :
         {all, withPiece(withPiece(percent, bytes), rate), withPiece(percent, bytes), percent}) {
        if (columnsOf(head) + 2 + columnsOf(tail) <= columns) return head + "  " + tail;
    }
    // Hardly any room: as much of the head as there is beside the percentage.
    if (columns > columnsOf(percent) + 4)
        return cutTo(head, columns - columnsOf(percent) - 2) + "  " + percent;
    return cutTo(percent, std::max<std::size_t>(columns, 1));
}

void ProgressMeter::execution(const JsonObject& execution, SteadyTime now) {
    progress_.name = textAt(execution, "jobName", progress_.name);
    if (const std::string stage = textAt(execution, "stage", progress_.stage); stage != progress_.stage) {
        progress_.stage = stage;
        samples_.clear();
    }
    progress_.percent = static_cast<int>(numberAt(execution, "progress").value_or(progress_.percent));
    if (!percent_start_ && progress_.percent > 0) {
        percent_start_ = now;
        first_percent_ = progress_.percent;
    }
}

void ProgressMeter::stage(const JsonObject& stage, SteadyTime now) {
    const std::string name = textAt(stage, "name");
    const std::int64_t bytes = numberAt(stage, "bytes").value_or(0);
    stage_bytes_[name] = bytes;
    if (name != progress_.stage) return;
    samples_.push_back({now, bytes});
    while (samples_.size() > 2 && now - samples_.front().time > rate_window) {
        samples_.pop_front();
    }
}

Progress ProgressMeter::progress(SteadyTime now) const {
    Progress progress = progress_;
    const auto bytes = stage_bytes_.find(progress.stage);
    progress.bytes = bytes == stage_bytes_.end() ? 0 : bytes->second;
    if (samples_.size() > 1) {
        const double time = secondsBetween(samples_.front().time, std::max(now, samples_.back().time));
        const auto grown = static_cast<double>(samples_.back().bytes - samples_.front().bytes);
        if (time >= 0.5 && grown >= 0) progress.bytes_per_second = grown / time;
    }
    const int gained = progress.percent - first_percent_;
    if (percent_start_ && gained >= 2 && now - *percent_start_ >= seconds(2)) {
        const double per_percent = secondsBetween(*percent_start_, now) / gained;
        progress.time_left = seconds(static_cast<std::int64_t>(per_percent * (100 - progress.percent)));
    }
    return progress;
}

ProgressDisplay::ProgressDisplay(std::ostream& err, const Terminal& terminal)
    : err_(err), terminal_(terminal) {}

void ProgressDisplay::show(const Progress& progress, SteadyTime now) {
    if (!terminal_.isTerminal()) {
        showPlain(progress, now);
        return;
    }
    // The last column stays free: some terminals go to the next line there.
    const std::string line = progressLine(progress, std::max<std::size_t>(terminal_.width(), 2) - 1);
    if (line == shown_) return;
    shown_ = line;
    err_ << '\r' << line << "\033[K" << std::flush;
}

void ProgressDisplay::showPlain(const Progress& progress, SteadyTime now) {
    if (progress.stage.empty()) return;
    const bool is_news = progress.stage != plain_stage_ ||
                         progress.percent >= plain_percent_ + plain_percents ||
                         now - plain_time_ >= plain_interval;
    if (!is_news) return;
    plain_stage_ = progress.stage;
    plain_percent_ = progress.percent;
    plain_time_ = now;
    std::string line = percentText(progress.percent) + "  " + printable(progress.stage);
    if (progress.bytes > 0) line += "  " + bytesText(progress.bytes);
    if (progress.bytes_per_second) {
        line += "  " + bytesText(static_cast<std::int64_t>(*progress.bytes_per_second)) + "/s";
    }
    err_ << line << '\n' << std::flush;
}

void ProgressDisplay::print(const std::string& line) {
    clear();
    err_ << line << '\n' << std::flush;
}

void ProgressDisplay::clear() {
    if (!shown_.empty()) err_ << "\r\033[K" << std::flush;
    shown_.clear();
}

}  // namespace dbackup::cli
