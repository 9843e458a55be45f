#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/loopback.h"
#include "tests/support/radosgw_server.h"
#include "tests/support/recording_run.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

constexpr std::uint64_t large_disk_bytes = std::uint64_t{16} << 30;

/// @param whose  whose keys: "S3" or "S3_POOR"
void makeBucket(const RadosgwServer& server, const std::string& name, const std::string& whose) {
    RecordingRun run;
    sdk::Command rclone("/usr/bin/rclone");
    rclone.args({"--config", "/dev/null", "mkdir", ":s3:" + name});
    rclone.env("RCLONE_S3_PROVIDER", "Ceph").env("RCLONE_S3_ENDPOINT", server.value("S3_ENDPOINT"));
    rclone.env("RCLONE_S3_ACCESS_KEY_ID", server.value(whose + "_KEY"));
    rclone.env("RCLONE_S3_SECRET_ACCESS_KEY", server.value(whose + "_SECRET"));
    sdk::runTool(rclone, run, std::chrono::seconds(60));
}

/// A check file for a bucket of the server's. Two attempts: each waits for the shortest stallTimeout.
std::string checkFile(const RadosgwServer& server,
                      const std::string& more,
                      int objects,
                      const std::string& members) {
    makeBucket(server, "backups", "S3");
    return R"({"settings": {"endpoint": ")" + server.value("S3_ENDPOINT") +
           R"(", "bucket": "backups", "accessKeyId": ")" + server.value("S3_KEY") +
           R"(", "secretAccessKey": ")" + server.value("S3_SECRET") + R"(", "pathPrefix": "job s/\u00fc")" +
           more + R"(}, "wrongCredentials": {"secretAccessKey": "not-this-one"}, )" +
           R"("shortTimeouts": {"attempts": 2}, "objects": )" + std::to_string(objects) + members +
           clockSkew() + "}";
}

/// The gateway's other door, of which something is not as it should be. @param settings  what: further
/// settings
std::string stranger(const std::string& endpoint, const std::string& settings) {
    return R"(, "wrongIdentity": {"endpoint": ")" + endpoint + "\", " + settings +
           R"(}, "wrongIdentityAccepted": {"verifyCertificate": false})";
}

/// An account whose objects may have 1 MiB in all.
std::string fullQuota(const RadosgwServer& server) {
    makeBucket(server, "little", "S3_POOR");
    return R"(, "fullPlace": {"bucket": "little", "accessKeyId": ")" + server.value("S3_POOR_KEY") +
           R"(", "secretAccessKey": ")" + server.value("S3_POOR_SECRET") +
           R"("}, "fullPlaceBytes": 20000000)";
}

}  // namespace

TEST_CASE("The target s3-generic keeps the contract", "[contract][large]") {
    const RadosgwServer server(isLarge() ? large_disk_bytes : 0);
    const TempDir folder;
    makeCertificate(folder / "other.key", folder / "other.pem", "IP:127.0.0.1");
    const std::string authority = R"("tlsCa": ")" + (folder / "other.pem").string() + "\"";
    requireContract(
        S3_PLUGIN,
        "s3-generic",
        checkFile(
            server, "", 1200, fullQuota(server) + stranger(server.value("S3_TLS_ENDPOINT"), authority)));
}

TEST_CASE("The target s3-aws keeps the contract", "[contract][large]") {
    const RadosgwServer server(isLarge() ? large_disk_bytes : 0);
    const std::string& door = server.value("S3_TLS_ENDPOINT");
    const std::string name = R"("forcePathStyle": true, "tlsCa": ")" + server.value("S3_CERTIFICATE") + "\"";
    requireContract(S3_PLUGIN,
                    "s3-aws",
                    checkFile(server,
                              R"(, "region": "eu-central-1")",
                              20,
                              stranger("https://localhost" + door.substr(door.rfind(':')), name)));
}
