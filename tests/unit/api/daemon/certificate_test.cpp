#include "api/daemon/certificate.h"

#include <fstream>
#include <set>

#include <Poco/Crypto/X509Certificate.h>
#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::daemon;
using Catch::Contains;
using dbackup::test::TempDir;

namespace {

std::string textOf(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("generatedCertificate: is private, for localhost, fits its key and lasts ten years", "[daemon]") {
    const TempDir folder;
    const CertificateFiles files = generatedCertificate(folder / "tls");
    struct stat status {};
    REQUIRE(stat(files.key.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    const auto years =
        std::chrono::duration_cast<std::chrono::hours>(checkCertificate(files) - SystemClock().now());
    CHECK(years > std::chrono::hours(24 * 3640));
    const Poco::Crypto::X509Certificate certificate(files.certificate.string());
    std::string common_name;
    std::set<std::string> names;
    certificate.extractNames(common_name, names);
    CHECK(names.contains("localhost"));
    CHECK_FALSE(common_name.empty());
}

TEST_CASE("generatedCertificate: is made once", "[daemon]") {
    const TempDir folder;
    const std::string first = textOf(generatedCertificate(folder / "tls").certificate);
    CHECK(textOf(generatedCertificate(folder / "tls").certificate) == first);
    // A start that was interrupted before the certificate was there begins anew.
    std::filesystem::remove(folder.path() / "tls/certificate.pem");
    const CertificateFiles again = generatedCertificate(folder / "tls");
    CHECK(textOf(again.certificate) != first);
    CHECK_NOTHROW(checkCertificate(again));
}

TEST_CASE("generatedCertificate: a folder that cannot be made is named", "[daemon]") {
    const TempDir folder;
    std::ofstream(folder / "file") << "x";
    CHECK_THROWS_WITH(generatedCertificate(folder / "file" / "tls"), Contains("file/tls"));
}

TEST_CASE("checkCertificate: says which file is wrong", "[daemon]") {
    const TempDir folder;
    const CertificateFiles good = generatedCertificate(folder / "one");
    const CertificateFiles other = generatedCertificate(folder / "two");
    CHECK_THROWS_WITH(checkCertificate({good.certificate, other.key}), Contains("is not the key of"));
    CHECK_THROWS_WITH(checkCertificate({good.key, good.key}), Contains("no certificate in PEM"));
    CHECK_THROWS_WITH(checkCertificate({good.certificate, good.certificate}),
                      Contains("no private key in PEM"));
    CHECK_THROWS_WITH(checkCertificate({folder / "missing.pem", good.key}), Contains("missing.pem"));
}

TEST_CASE("checkCertificate: an encrypted key is refused instead of asking for its passphrase", "[daemon]") {
    const TempDir folder;
    const CertificateFiles files = generatedCertificate(folder / "tls");
    std::ofstream(files.key) << "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhAAAAAAAAAAAICCAAw\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n";
    CHECK_THROWS_WITH(checkCertificate(files), Contains("without a passphrase"));
}
