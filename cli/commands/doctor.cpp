#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

using Colour = Terminal::Colour;
using std::chrono::seconds;

constexpr seconds tolerable_offset{30};
constexpr std::int64_t scarce_bytes = std::int64_t{1} << 30U;

class Doctor {
public:
    explicit Doctor(Session& session) : session_(session) {}

    ExitCode run() {
        if (checkServer()) {
            checkClock();
            checkKey();
            check("plugins", [this] { checkPlugins(); });
            check("sources", [this] { checkAdapters("source", sources(session_.rest())); });
            check("destinations", [this] { checkAdapters("destination", destinations(session_.rest())); });
        }
        show();
        return faults_ == 0 ? ExitCode::Success : ExitCode::Failed;
    }

private:
    /// What one check throws is its result; the others go on.
    template <class Check>
    bool check(const std::string& what, const Check& check) {
        try {
            check();
            return true;
        } catch (const Failure& failure) {
            note(what,
                 "fault",
                 std::string(failure.what()) + (failure.hint().empty() ? "" : ". " + failure.hint()));
            return false;
        }
    }

    void note(const std::string& what, const std::string& result, const std::string& detail) {
        JsonObject::Ptr line = newObject();
        line->set("check", what);
        line->set("result", result);
        line->set("detail", detail);
        results_->add(line);
        if (result == "fault") ++faults_;
    }

    bool checkServer() {
        return check("server", [this] {
            const auto started = std::chrono::steady_clock::now();
            const auto health = asObject(session_.rest().get("/health"));
            const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - started);
            const bool is_healthy = textAt(*health, "status") == "healthy";
            note("server",
                 is_healthy ? "ok" : "fault",
                 session_.rest().connection().url + " is " + textAt(*health, "status", "something else") +
                     ", answered in " + std::to_string(taken.count()) + " ms, up for " +
                     durationText(seconds(numberAt(*health, "uptime").value_or(0))));
        });
    }

    void checkClock() {
        const seconds offset = session_.rest().clockOffset();
        const seconds apart(std::abs(offset.count()));
        const std::string text = apart <= seconds(1)
                                     ? "the server's clock agrees with the one here"
                                     : "the server's clock is " + durationText(apart) +
                                           (offset.count() > 0 ? " ahead of" : " behind") + " the one here";
        note("clock", apart > tolerable_offset ? "warning" : "ok", text);
    }

    void checkKey() {
        if (!check("API key", [this] { session_.rest().get("/system/timezone"); })) return;
        note("API key", "ok", "the server accepts it");
        check("version", [this] {
            const auto status = asObject(session_.rest().data("/system/status"));
            const std::string version = textAt(*status, "version", "unknown");
            const bool is_same = version == DBACKUP_VERSION;
            note("version",
                 is_same ? "ok" : "warning",
                 "server " + version + ", command line " DBACKUP_VERSION);
            const auto disk = objectAt(*status, "stateFolder");
            const std::int64_t free = numberAt(*disk, "freeBytes").value_or(0);
            note("disk",
                 free < scarce_bytes ? "warning" : "ok",
                 bytesText(free) + " free for the history, of " +
                     bytesText(numberAt(*disk, "totalBytes").value_or(0)));
        });
    }

    void checkPlugins() {
        int loaded = 0;
        for (const auto& plugin : objectsIn(session_.rest().data("/plugins"))) {
            if (textAt(*plugin, "status") == "loaded") {
                ++loaded;
            } else {
                note("plugin",
                     "fault",
                     textAt(*plugin, "file") + " was refused: " + textAt(*plugin, "reason"));
            }
        }
        note("plugins", loaded == 0 ? "fault" : "ok", std::to_string(loaded) + " loaded");
    }

    /// A connection needs the vendor's tools, so this finds those that are missing.
    void checkAdapters(const std::string& noun, const std::vector<JsonObject::Ptr>& adapters) {
        if (adapters.empty()) note(noun + "s", "ok", "there are none");
        for (const auto& adapter : adapters) {
            const std::string name = noun + " " + textAt(*adapter, "name");
            check(name, [&] {
                JsonObject::Ptr body = newObject();
                body->set("adapterId", textAt(*adapter, "adapterId"));
                body->set("configId", textAt(*adapter, "id"));
                body->set("config", textAt(*adapter, "config", "{}"));
                const auto answer = asObject(session_.rest().post("/adapters/test-connection", *body));
                const std::string version = textAt(*answer, "version");
                note(name,
                     flagAt(*answer, "success") ? "ok" : "fault",
                     textAt(*answer, "message") + (version.empty() ? "" : " (" + version + ")"));
            });
        }
    }

    void show() {
        const Terminal& terminal = session_.output().terminal();
        std::string text;
        for (const auto& line : objectsIn(JsonVar(results_))) {
            const std::string result = textAt(*line, "result");
            const std::string mark = result == "ok"        ? terminal.inColour("ok      ", Colour::Green)
                                     : result == "warning" ? terminal.inColour("warning ", Colour::Yellow)
                                                           : terminal.inColour("fault   ", Colour::Red);
            text += mark + printable(textAt(*line, "check") + ": " + textAt(*line, "detail")) + '\n';
        }
        session_.output().show(results_, text);
    }

    Session& session_;
    JsonArray::Ptr results_ = new JsonArray;
    int faults_ = 0;
};

}  // namespace

void addDoctorCommand(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("doctor", "Check the service and all that it is connected to");
    command->footer(
        "Looks at: the server, its clock, the API key, versions, disk, plugins, and the\n"
        "connection of every source and destination, which needs the vendors' tools.\n"
        "The exit code is 1 when there is a fault.");
    command->callback([&session] { session.action = [&session] { return Doctor(session).run(); }; });
}

}  // namespace dbackup::cli
