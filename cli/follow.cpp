#include "cli/follow.h"

#include <array>
#include <ostream>

#include <unistd.h>

#include "cli/execution_feed.h"
#include "cli/interrupts.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

using Colour = Terminal::Colour;
using std::chrono::steady_clock;

enum class Answer { KeepWatching = 1, Cancel, Detach };

class Following {
public:
    Following(Session& session, std::string id, const FollowOptions& options)
        : session_(session),
          id_(std::move(id)),
          options_(options),
          display_(session.err(), session.errTerminal()),
          feed_(session.rest(), interrupts_, id_, 0) {
        session.rest().setWait([this](std::chrono::seconds time, const std::string& reason) {
            display_.print("dbackup: " + reason);
            return !interrupts_.wait(time);
        });
    }

    ExitCode run() {
        while (!feed_.hasEnded()) {
            take(feed_.next());
            noteConnection();
            if (interrupts_.wait(std::chrono::milliseconds(0)) && interrupted()) return ExitCode::Interrupted;
        }
        display_.clear();
        return end();
    }

private:
    void take(const ExecutionNews& news) {
        const auto now = steady_clock::now();
        if (news.execution) {
            execution_ = news.execution;
            meter_.execution(*execution_, now);
        }
        for (const auto& stage : news.stages) {
            meter_.stage(*stage, now);
        }
        for (const auto& entry : news.logs) {
            if (options_.log) {
                display_.clear();
                session_.output().write(logLine(*entry, session_.output().terminal()) + '\n');
            }
        }
        if (options_.progress && execution_ && !feed_.hasEnded()) display_.show(meter_.progress(now), now);
    }

    void noteConnection() {
        if (feed_.isLost() == said_lost_) return;
        said_lost_ = feed_.isLost();
        display_.print(said_lost_ ? "dbackup: the server is away; trying again"
                                  : "dbackup: the server is back");
    }

    /// @return true to leave
    bool interrupted() {
        const int signal = interrupts_.take();
        display_.clear();
        const bool may_ask =
            signal == SIGINT && session_.errTerminal().isTerminal() && isatty(STDIN_FILENO) == 1;
        const Answer answer = may_ask ? ask() : Answer::Detach;
        if (answer == Answer::Cancel) {
            cancel();
        } else if (answer == Answer::Detach) {
            display_.print("Detached. The execution goes on: dbackup executions " + id_ +
                           " --follow, or dbackup cancel " + id_);
        }
        return answer == Answer::Detach;
    }

    void cancel() {
        try {
            session_.rest().post("/executions/" + encoded(id_) + "/cancel", *newObject());
            display_.print("Cancelling");
        } catch (const Failure& failure) {
            display_.print("dbackup: " + printable(failure.what()));  // it may just have ended
        }
    }

    /// A second Ctrl-C, or the end of the input, is "detach": the one that destroys nothing.
    Answer ask() {
        for (;;) {
            session_.err()
                << "\nCancel the execution [c], detach and let it run [d], or keep watching [Enter]? "
                << std::flush;
            if (interrupts_.wait(std::chrono::hours(24), STDIN_FILENO)) {
                interrupts_.take();
                session_.err() << '\n';
                return Answer::Detach;
            }
            std::array<char, 64> line{};
            const ssize_t size = read(STDIN_FILENO, line.data(), line.size());
            if (size <= 0) return Answer::Detach;
            if (line[0] == 'c' || line[0] == 'C') return Answer::Cancel;
            if (line[0] == 'd' || line[0] == 'D') return Answer::Detach;
            if (line[0] == '\n') return Answer::KeepWatching;
        }
    }

    ExitCode end() {
        const Terminal& terminal = session_.output().terminal();
        const ExitCode code = exitCodeOf(*execution_);
        const Colour colour = code == ExitCode::Success   ? Colour::Green
                              : code == ExitCode::Partial ? Colour::Yellow
                                                          : Colour::Red;
        session_.output().show(execution_,
                               terminal.inColour(printable(outcomeText(*execution_)), colour) + '\n');
        return code;
    }

    Session& session_;
    std::string id_;
    FollowOptions options_;
    Interrupts interrupts_;
    ProgressDisplay display_;
    ProgressMeter meter_;
    ExecutionFeed feed_;
    JsonObject::Ptr execution_;
    bool said_lost_ = false;
};

}  // namespace

ExitCode exitCodeOf(const JsonObject& execution) {
    const std::string outcome = textAt(execution, "outcome", textAt(execution, "status"));
    if (outcome == "Success") return ExitCode::Success;
    if (outcome == "Partial") return ExitCode::Partial;
    if (outcome == "Cancelled") return ExitCode::Cancelled;
    return ExitCode::Failed;
}

std::string outcomeText(const JsonObject& execution) {
    std::string text = textAt(execution, "jobName");
    if (text.empty()) text = textAt(execution, "type", "Execution");
    text += ": " + textAt(execution, "outcome", textAt(execution, "status"));
    if (const auto size = numberAt(execution, "size")) text += ", " + bytesText(*size);
    if (const auto duration = numberAt(execution, "duration")) {
        text += " in " + durationText(std::chrono::milliseconds(*duration));
    }
    if (const std::string path = textAt(execution, "path"); !path.empty()) text += ", " + path;
    if (const std::string error = textAt(execution, "error"); !error.empty()) text += ". " + error;
    return text;
}

ExitCode follow(Session& session, const std::string& execution_id, const FollowOptions& options) {
    return Following(session, execution_id, options).run();
}

ExitCode started(Session& session, const JsonObject& answer, const std::string& what, bool wait) {
    const std::string id = textAt(answer, "executionId");
    if (wait) {
        session.remark(what + ": execution " + id);
        return follow(session, id, {});
    }
    session.output().show(JsonObject::Ptr(new JsonObject(answer)), what + ": execution " + id + '\n');
    return ExitCode::Success;
}

std::string logLine(const JsonObject& entry, const Terminal& terminal) {
    const std::string level = textAt(entry, "level");
    const std::string mark = level == "error" ? "error: " : level == "warning" ? "warning: " : "";
    std::string line =
        localTime(textAt(entry, "timestamp")) + "  " + mark + printable(textAt(entry, "message"));
    if (const std::string details = textAt(entry, "details"); !details.empty())
        line += "  " + printable(details);
    if (level == "error") return terminal.inColour(line, Colour::Red);
    if (level == "warning") return terminal.inColour(line, Colour::Yellow);
    return line;
}

}  // namespace dbackup::cli
