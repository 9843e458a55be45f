#include "core/orchestrator/worker_process.h"

#include <csignal>
#include <regex>

#include <fcntl.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "core/orchestrator/worker_call.h"
#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using orchestrator::callWorker;
using orchestrator::WorkerOptions;
using orchestrator::WorkerProcess;
using State = WorkerProcess::State;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct Workers {
    TempDir folder;
    Log log{Log::Level::Error};
    WorkerOptions options{FAKE_WORKER, "/opt/tools:/usr/bin", folder / "scratch", 0, seconds(1)};

    JsonObject::Ptr request(const std::string& script) const {
        auto settings = newObject();
        settings->set("folder", folder.path().string());
        settings->set("script", script);
        return protocol::toJson(
            protocol::ComponentRequest{{}, {"id", "name", "file", "fake", toText(JsonVar(settings)), {}}});
    }
    std::unique_ptr<WorkerProcess> start(const std::string& script) const {
        return std::make_unique<WorkerProcess>(options, "test", *request(script), log);
    }
    JsonObject::Ptr call(const std::string& script, milliseconds timeout = seconds(30)) const {
        return callWorker(options, "test", *request(script), timeout, log);
    }
    bool touched(const std::string& name) const {
        return eventually([&] { return std::filesystem::exists(folder / name); });
    }
    std::string read(const std::string& name) const {
        std::ifstream in(folder / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

/// All events up to the end.
std::vector<protocol::Event> drain(WorkerProcess& worker) {
    std::vector<protocol::Event> events;
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    for (;;) {
        protocol::Event event;
        const auto state = worker.next(event, milliseconds(100));
        if (state == State::Ended) return events;
        if (state == State::Event) events.push_back(event);
        REQUIRE(std::chrono::steady_clock::now() < deadline);
    }
}

}  // namespace

TEST_CASE("WorkerProcess: delivers the events and the end", "[worker]") {
    const Workers workers;
    const auto worker = workers.start("log info hello\nstart dump\nok");
    const auto events = drain(*worker);
    REQUIRE(events.size() == 3);
    CHECK(events[0].log.message == "hello");
    CHECK(events[1].stage == "Dumping Databases");
    CHECK(events[2].ok);
    CHECK(worker->exitStatus().ok());
    protocol::Event event;
    CHECK(worker->next(event, milliseconds(0)) == State::Ended);
}

TEST_CASE("WorkerProcess: is a process of its own kind", "[worker]") {
    const Workers workers;
    const sdk::UniqueFd inheritable(open("/dev/null", O_RDONLY));
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    workers.call("report self\nok");
    pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    const std::string self = workers.read("self");
    CHECK(has(self, "leader 1\n"));
    CHECK(has(self, "signals 1\n"));
    CHECK(has(self, "PATH=/opt/tools:/usr/bin\n"));
    CHECK(has(self, "LANG=C.UTF-8\n"));
    CHECK_FALSE(has(self, "USER="));
    CHECK_FALSE(has(self, "PWD="));
    // What is open there besides is its own look at the list.
    const std::string descriptors = self.substr(self.find("descriptors"));
    CHECK(std::count(descriptors.begin(), descriptors.begin() + descriptors.find('\n'), ' ') <= 2);
    CHECK(std::regex_search(self, std::regex("Max core file size +0 +0")));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("WorkerProcess: its memory can be limited", "[worker]") {
    Workers workers;
    workers.options.memory_limit_bytes = 512U << 20;
    workers.call("report self\nok");
    CHECK(std::regex_search(workers.read("self"), std::regex("Max data size +536870912 +536870912")));
}
#endif

TEST_CASE("WorkerProcess: cancel closes its input, confirm writes a line feed", "[worker]") {
    const Workers workers;
    const auto worker = workers.start("touch ready\nconfirmed 2\ntouch confirmed\nstopped\nexit 5");
    REQUIRE(workers.touched("ready"));
    worker->confirm();
    worker->confirm();
    CHECK(workers.touched("confirmed"));
    protocol::Event event;
    CHECK(worker->next(event, milliseconds(20)) == State::TimedOut);
    worker->cancel();
    worker->cancel();
    worker->confirm();
    CHECK(drain(*worker).empty());
    CHECK(worker->exitStatus().text() == "exit status 5");
}

TEST_CASE("WorkerProcess: kill ends it, whatever it does", "[worker]") {
    const Workers workers;
    const auto worker = workers.start("touch runs\nhang");
    REQUIRE(workers.touched("runs"));
    worker->cancel();
    protocol::Event event;
    CHECK(worker->next(event, milliseconds(20)) == State::TimedOut);
    worker->kill();
    CHECK(drain(*worker).empty());
    CHECK(worker->exitStatus().text() == "killed by signal 9 (Killed)");
    worker->kill();
}

TEST_CASE("WorkerProcess: its destructor leaves no process", "[worker]") {
    const Workers workers;
    int pid = 0;
    {
        const auto worker = workers.start("touch runs\nhang");
        REQUIRE(workers.touched("runs"));
        pid = worker->pid();
        CHECK(kill(pid, 0) == 0);
    }
    CHECK(kill(pid, 0) != 0);
}

TEST_CASE("WorkerProcess: dies with the thread that made it", "[worker]") {
    const Workers workers;
    std::unique_ptr<WorkerProcess> worker;
    std::thread([&] {
        worker = workers.start("touch runs\nhang");
        REQUIRE(workers.touched("runs"));
    }).join();
    CHECK(drain(*worker).empty());
    CHECK(worker->exitStatus().signal == SIGKILL);
}

TEST_CASE("WorkerProcess: a process that keeps its output open does not hold up its end", "[worker]") {
    const Workers workers;
    const auto worker = workers.start("straggler\nok");
    const auto events = drain(*worker);
    REQUIRE(events.size() == 1);
    CHECK(events[0].ok);
    CHECK(workers.touched("straggler"));
}

TEST_CASE("WorkerProcess: lines that are no events are passed over, longer ones are an error", "[worker]") {
    const Workers workers;
    CHECK(drain(*workers.start("raw nonsense\nraw {}\nraw\nok")).size() == 1);
    const auto worker = workers.start("bytes 40000000\nok");
    CHECK(kindThrownBy([&] { drain(*worker); }) == ErrorKind::Internal);
}

TEST_CASE("WorkerProcess: a program that cannot run is named", "[worker]") {
    Workers workers;
    workers.options.program = "/nowhere/dbackup-worker";
    CHECK(kindThrownBy([&] { workers.start("ok"); }) == ErrorKind::ToolMissing);
    CHECK(has(textThrownBy([&] { workers.start("ok"); }), "/nowhere/dbackup-worker"));
    std::ofstream(workers.folder / "text") << "no program\n";
    workers.options.program = workers.folder / "text";
    CHECK(kindThrownBy([&] { workers.start("ok"); }) == ErrorKind::Permission);
    CHECK(has(textThrownBy([&] { workers.start("ok"); }), "worker.program"));
}

TEST_CASE("callWorker: returns the data, or throws what the worker reports", "[worker]") {
    const Workers workers;
    CHECK(textOr(*workers.call("log info x\nstart dump\ndata {\"a\":\"b\"}"), "a") == "b");
    try {
        workers.call("fail NoSpace the disk is full");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::NoSpace);
        CHECK(std::string(error.what()) == "the disk is full");
        CHECK(error.hint() == "look at the fake");
    }
}

TEST_CASE("callWorker: the death of a worker and a timeout are errors for people", "[worker]") {
    const Workers workers;
    CHECK(
        has(textThrownBy([&] { workers.call("signal 6"); }), "killed by signal 6 (Aborted) while at 'test'"));
    CHECK(has(textThrownBy([&] { workers.call("exit 0"); }), "without a result: exit status 0"));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(kindThrownBy([&] { workers.call("hang", milliseconds(100)); }) == ErrorKind::Unavailable);
    CHECK(
        has(textThrownBy([&] { workers.call("hang", milliseconds(100)); }), "'test' did not end within 1 s"));
    CHECK(std::chrono::steady_clock::now() - begin < seconds(20));
}

TEST_CASE("askWorker: a requested stop ends it", "[worker]") {
    const Workers workers;
    std::stop_source stop;
    const auto request = workers.request("touch runs\nhang");
    std::jthread stopper([&] {
        workers.touched("runs");
        stop.request_stop();
    });
    CHECK_FALSE(orchestrator::askWorker(
        {workers.options, "test", *request, seconds(60), workers.log, stop.get_token()}));
}
