#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// Two authorities; the first has signed a certificate for 127.0.0.1, one for another name, and a client's.
class Certificates {
public:
    Certificates() {
        std::filesystem::permissions(folder_.path(), std::filesystem::perms(0711));
        for (const char* ca : {"good", "bad"}) {
            openssl({"req",
                     "-x509",
                     "-newkey",
                     "rsa:2048",
                     "-nodes",
                     "-days",
                     "2",
                     "-subj",
                     std::string("/CN=") + ca,
                     "-keyout",
                     file(std::string(ca) + ".key"),
                     "-out",
                     file(std::string(ca) + ".pem")});
        }
        sign("here", "subjectAltName=IP:127.0.0.1");
        sign("elsewhere", "subjectAltName=DNS:elsewhere.example");
        sign("client", "subjectAltName=DNS:client.example");
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            std::filesystem::permissions(entry.path(),
                                         std::filesystem::perms(0644));  // the server's user reads them
        }
    }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    void openssl(const std::vector<std::string>& arguments) {
        sdk_.tool_path = "/usr/bin";
        sdk::runTool(sdk::Command("/usr/bin/openssl").args(arguments), sdk_, std::chrono::seconds(60));
    }
    void sign(const std::string& name, const std::string& extension) {
        openssl({"req",
                 "-newkey",
                 "rsa:2048",
                 "-nodes",
                 "-subj",
                 "/CN=" + name,
                 "-addext",
                 extension,
                 "-keyout",
                 file(name + ".key"),
                 "-out",
                 file(name + ".csr")});
        openssl({"x509",
                 "-req",
                 "-in",
                 file(name + ".csr"),
                 "-CA",
                 file("good.pem"),
                 "-CAkey",
                 file("good.key"),
                 "-CAcreateserial",
                 "-copy_extensions",
                 "copy",
                 "-days",
                 "2",
                 "-out",
                 file(name + ".pem")});
    }

    TempDir folder_;
    RecordingRun sdk_;
};

}  // namespace dbackup::test
