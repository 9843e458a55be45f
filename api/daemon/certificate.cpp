#include "api/daemon/certificate.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace dbackup::daemon {

namespace fs = std::filesystem;

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Extension = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;

constexpr long valid_seconds = 3650L * 24 * 3600;

Error opensslError(const std::string& what) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return {ErrorKind::Internal, what + ": " + text.data()};
}

void demand(bool ok, const std::string& what) {
    if (!ok) {
        throw opensslError(what);
    }
}

Bio openFile(const fs::path& path) {
    errno = 0;
    Bio file(BIO_new_file(path.c_str(), "r"), &BIO_free);
    ERR_clear_error();
    if (!file) {
        throw systemError("cannot read " + path.string(), errno);
    }
    return file;
}

int noPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
    return -1;
}

Key readKey(const fs::path& path) {
    const Bio file = openFile(path);
    Key key(PEM_read_bio_PrivateKey(file.get(), nullptr, &noPassphrase, nullptr), &EVP_PKEY_free);
    ERR_clear_error();
    if (!key) {
        throw Error(ErrorKind::Settings,
                    path.string() + " is no private key in PEM form without a passphrase");
    }
    return key;
}

Certificate readCertificate(const fs::path& path) {
    const Bio file = openFile(path);
    Certificate certificate(PEM_read_bio_X509(file.get(), nullptr, &noPassphrase, nullptr), &X509_free);
    ERR_clear_error();
    if (!certificate) {
        throw Error(ErrorKind::Settings, path.string() + " is no certificate in PEM form");
    }
    return certificate;
}

std::string hostName() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) {
        return {};
    }
    return name.data();
}

void addExtension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()),
                              &X509_EXTENSION_free);
    demand(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "cannot make a certificate");
}

void setSerial(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    demand(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "cannot make a certificate");
    bytes[0] &= 0x7fU;  // RFC 5280, 4.1.2.2: positive
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
        BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), &BN_free);
    demand(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
           "cannot make a certificate");
}

Certificate selfSigned(EVP_PKEY* key) {
    Certificate certificate(X509_new(), &X509_free);
    demand(certificate != nullptr, "cannot make a certificate");
    X509* const x509 = certificate.get();
    X509_set_version(x509, X509_VERSION_3);
    setSerial(x509);
    // An hour back, for clients whose clock is a little late.
    demand(X509_gmtime_adj(X509_getm_notBefore(x509), -3600) != nullptr &&
               X509_gmtime_adj(X509_getm_notAfter(x509), valid_seconds) != nullptr &&
               X509_set_pubkey(x509, key) == 1,
           "cannot make a certificate");

    const std::string host = hostName();
    const std::string common_name =
        host.empty() || host.size() > 64 ? "localhost" : host;  // RFC 5280: 64 at most
    X509_NAME* const name = X509_get_subject_name(x509);
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());  // OpenSSL's idea of text
    demand(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
               X509_set_issuer_name(x509, name) == 1,
           "cannot make a certificate");
    addExtension(
        x509,
        NID_subject_alt_name,
        "DNS:localhost,IP:127.0.0.1,IP:::1" + (host.empty() || host == "localhost" ? "" : ",DNS:" + host));
    addExtension(x509, NID_basic_constraints, "critical,CA:FALSE");
    addExtension(x509, NID_ext_key_usage, "serverAuth");
    demand(X509_sign(x509, key, EVP_sha256()) > 0, "cannot sign a certificate");
    return certificate;
}

template <typename Write>
void writePrivately(const fs::path& path, const Write& write) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
        throw systemError("cannot write " + path.string(), errno);
    }
    const Bio file(BIO_new_fd(descriptor, BIO_CLOSE), &BIO_free);
    if (!file || !write(file.get()) || fsync(descriptor) != 0) {
        throw systemError("cannot write " + path.string(), errno);
    }
}

}  // namespace

TimePoint checkCertificate(const CertificateFiles& files) {
    const Certificate certificate = readCertificate(files.certificate);
    const Key key = readKey(files.key);
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        throw Error(ErrorKind::Settings,
                    files.key.string() + " is not the key of the certificate " + files.certificate.string());
    }
    std::tm end{};
    demand(ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) == 1,
           "cannot read a certificate's end");
    return fromMillis(std::int64_t{timegm(&end)} * 1000);
}

CertificateFiles generatedCertificate(const fs::path& folder) {
    CertificateFiles files{folder / "certificate.pem", folder / "key.pem"};
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) {
        throw systemError("cannot make the folder " + folder.string(), fault.value());
    }
    // The certificate is written last: where it is, the key is whole.
    if (fs::exists(files.certificate, fault)) {
        return files;
    }
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    demand(key != nullptr, "cannot make a private key");
    const Certificate certificate = selfSigned(key.get());
    writePrivately(files.key, [&](BIO* file) {
        return PEM_write_bio_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
    });
    const fs::path unfinished = folder / "certificate.pem.new";
    writePrivately(unfinished, [&](BIO* file) { return PEM_write_bio_X509(file, certificate.get()) == 1; });
    fs::rename(unfinished, files.certificate, fault);
    if (fault) {
        throw systemError("cannot write " + files.certificate.string(), fault.value());
    }
    return files;
}

}  // namespace dbackup::daemon
