#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/radosgw_server.h"
#include "tests/support/recording_run.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

void makeBucket(const RadosgwServer& server, const std::string& name) {
    RecordingRun run;
    sdk::Command rclone("/usr/bin/rclone");
    rclone.args({"--config", "/dev/null", "mkdir", ":s3:" + name});
    rclone.env("RCLONE_S3_PROVIDER", "Ceph").env("RCLONE_S3_ENDPOINT", server.value("S3_ENDPOINT"));
    rclone.env("RCLONE_S3_ACCESS_KEY_ID", server.value("S3_KEY"));
    rclone.env("RCLONE_S3_SECRET_ACCESS_KEY", server.value("S3_SECRET"));
    sdk::runTool(rclone, run, std::chrono::seconds(60));
}

/// A check file for a bucket of the server's. Two attempts: each waits for the shortest stallTimeout.
std::string checkFile(const RadosgwServer& server, const std::string& more, int objects) {
    makeBucket(server, "backups");
    return R"({"settings": {"endpoint": ")" + server.value("S3_ENDPOINT") +
           R"(", "bucket": "backups", "accessKeyId": ")" + server.value("S3_KEY") +
           R"(", "secretAccessKey": ")" + server.value("S3_SECRET") + R"(", "pathPrefix": "job s/\u00fc")" +
           more + R"(}, "shortTimeouts": {"attempts": 2}, "objects": )" + std::to_string(objects) + "}";
}

}  // namespace

TEST_CASE("The target s3-generic keeps the contract", "[contract]") {
    const RadosgwServer server;
    requireContract(S3_PLUGIN, "s3-generic", checkFile(server, "", 1200));
}

TEST_CASE("The target s3-aws keeps the contract", "[contract]") {
    const RadosgwServer server;
    requireContract(S3_PLUGIN, "s3-aws", checkFile(server, R"(, "region": "eu-central-1")", 20));
}
