#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "tests/faults/wire/wire_target.h"
#include "tests/support/radosgw_server.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

void makeBucket(const RadosgwServer& server) {
    RecordingRun run;
    sdk::Command rclone("/usr/bin/rclone");
    rclone.args({"--config", "/dev/null", "mkdir", ":s3:wire"});
    rclone.env("RCLONE_S3_PROVIDER", "Ceph").env("RCLONE_S3_ENDPOINT", server.value("S3_ENDPOINT"));
    rclone.env("RCLONE_S3_ACCESS_KEY_ID", server.value("S3_KEY"));
    rclone.env("RCLONE_S3_SECRET_ACCESS_KEY", server.value("S3_SECRET"));
    sdk::runTool(rclone, run, std::chrono::seconds(60));
}

WireTarget served(const RadosgwServer& server) {
    const auto settings = [&server](std::uint16_t port) {
        return R"({"endpoint": "http://127.0.0.1:)" + std::to_string(port) +
               R"(", "bucket": "wire", "accessKeyId": ")" + server.value("S3_KEY") +
               R"(", "secretAccessKey": ")" + server.value("S3_SECRET") +
               R"(", "connectTimeout": 2, "stallTimeout": 5, "attempts": 3})";
    };
    return {.component = "s3-generic",
            .plugin_file = S3_PLUGIN,
            .port = portAtEnd(server.port()),
            .settings = settings,
            .speaks_http = true};
}

}  // namespace

TEST_CASE("Faults on the wire: S3, by Ceph's gateway", "[wire]") {
    const RadosgwServer server;
    makeBucket(server);
    runWireRounds(served(server));
}

TEST_CASE("Verification: S3, by Ceph's gateway", "[verification]") {
    const RadosgwServer server;
    makeBucket(server);
    requireVerifierFinds(served(server));
}
