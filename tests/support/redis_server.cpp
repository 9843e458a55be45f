#include "tests/support/redis_server.h"

#include <chrono>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <dbackup/sdk/error.h>

namespace dbackup::test {

namespace {

constexpr int attempts = 20;
constexpr auto ready_time = std::chrono::seconds(20);
constexpr std::size_t most_output = std::size_t{256} << 20;

/// Prints each key by its parts, sorted, whatever encoding the server has chosen for it.
constexpr const char* content_script = R"lua(
local lines = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
    local kind = redis.call('TYPE', key)['ok']
    local parts = {}
    if kind == 'string' then parts = {redis.call('GET', key)}
    elseif kind == 'list' then parts = redis.call('LRANGE', key, 0, -1)
    elseif kind == 'set' then parts = redis.call('SMEMBERS', key) table.sort(parts)
    elseif kind == 'zset' then parts = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    elseif kind == 'hash' then
        local fields = redis.call('HGETALL', key)
        for i = 1, #fields, 2 do parts[#parts + 1] = #fields[i] .. ':' .. fields[i] .. fields[i + 1] end
        table.sort(parts)
    elseif kind == 'stream' then
        for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
            parts[#parts + 1] = entry[1] .. table.concat(entry[2], ',')
        end
        for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do parts[#parts + 1] = cjson.encode(group) end
    end
    local text = ''
    for _, part in ipairs(parts) do text = text .. #part .. ':' .. part end
    lines[#lines + 1] = redis.sha1hex(key) .. ' ' .. kind .. ' ' .. #parts .. ' ' .. redis.sha1hex(text) .. ' ' ..
        redis.call('PEXPIRETIME', key)
end
table.sort(lines)
return table.concat(lines, '\n')
)lua";

int somePort() {
    std::random_device random;
    return static_cast<int>(20000 + random() % 12000);  // below those that the kernel gives to clients
}

}  // namespace

RedisServer::RedisServer(const std::string& configuration) {
    for (int i = 0; i < attempts; ++i) {
        port_ = somePort();
        if (start(configuration)) return;
    }
    throw std::runtime_error("redis-server did not start: " + process_->errorText());
}

bool RedisServer::start(const std::string& configuration) {
    std::string lines =
        "bind 127.0.0.1\nsave \"\"\nrequirepass secret\nrepl-diskless-sync-delay 0\ndir @FOLDER@\n" +
        configuration;
    tls_ = lines.find("tls-port") != std::string::npos;
    lines += tls_ ? "\nport 0\ntls-port " + port() + "\n" : "\nport " + port() + "\n";
    for (std::size_t at = 0; (at = lines.find("@FOLDER@")) != std::string::npos;)
        lines.replace(at, 8, folder_.path().string());
    sdk::Command command("/usr/bin/redis-server");
    command.arg("-").withInput();
    process_ = std::make_unique<sdk::Subprocess>(command, run_);
    process_->writeInput(std::as_bytes(std::span(lines)));
    process_->closeInput();
    for (const auto end = std::chrono::steady_clock::now() + ready_time;
         std::chrono::steady_clock::now() < end;) {
        try {
            if (this->command({"PING"}) == "PONG" &&
                info("process_id:") == "process_id:" + std::to_string(process_->pid())) {
                return true;
            }
            return false;  // another server has this port
        } catch (const sdk::Error&) {
            if (!std::filesystem::exists("/proc/" + std::to_string(process_->pid()) + "/exe")) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    return false;
}

void RedisServer::kill() {
    process_->kill();
    (void)process_->wait();
}

std::string RedisServer::client(const std::vector<std::string>& arguments, const std::string& input) {
    sdk::Command command("/usr/bin/redis-cli");
    command.args({"-e", "-h", "127.0.0.1", "-p", port()}).env("REDISCLI_AUTH", "secret");
    if (tls_) command.args({"--tls", "--insecure"});
    command.args(arguments).withInput();
    sdk::Subprocess process(command, run_);
    process.writeInput(std::as_bytes(std::span(input)));
    process.closeInput();
    std::string text = process.readAll(most_output);
    process.waitOk();
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::string RedisServer::command(const std::vector<std::string>& words) {
    return client(words, "");
}

void RedisServer::commands(const std::string& lines) {
    client({}, lines);
}

std::string RedisServer::content() {
    std::string text;
    for (int database = 0; database < 16; ++database) {
        text += "database " + std::to_string(database) + "\n" +
                client({"--raw", "-n", std::to_string(database), "EVAL", content_script, "0"}, "") + "\n";
    }
    return text + client({"--raw", "FUNCTION", "LIST", "WITHCODE"}, "");
}

std::string RedisServer::info(const std::string& beginning) {
    std::istringstream lines(client({"INFO", "everything"}, ""));
    std::string found;
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.starts_with(beginning)) found += (found.empty() ? "" : "\n") + line;
    }
    return found;
}

sdk::Settings RedisServer::settings(const std::string& more) const {
    return sdk::Settings(R"({"host":"127.0.0.1","port":)" + port() + R"(,"password":"secret")" + more + "}");
}

}  // namespace dbackup::test
