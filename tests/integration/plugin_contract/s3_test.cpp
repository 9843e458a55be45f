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

}  // namespace

TEST_CASE("The targets of S3 keep the contract", "[contract]") {
    const RadosgwServer server;
    makeBucket(server, "backups");
    const std::string settings = R"("endpoint": ")" + server.value("S3_ENDPOINT") +
                                 R"(", "bucket": "backups", "accessKeyId": ")" + server.value("S3_KEY") +
                                 R"(", "secretAccessKey": ")" + server.value("S3_SECRET") +
                                 R"(", "pathPrefix": "job s/\u00fc")";
    // Each of six attempts waits for the shortest stallTimeout.
    requireContract(S3_PLUGIN,
                    "s3-generic",
                    R"({"settings": {)" + settings + R"(}, "objects": 1200, "longestWait": 120})");
    requireContract(S3_PLUGIN,
                    "s3-aws",
                    R"({"settings": {"region": "eu-central-1", )" + settings +
                        R"(}, "objects": 20, "longestWait": 120})");
}
