#include "tests/support/ftp_server.h"

#include <cctype>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/support/loopback.h"

namespace dbackup::test {

namespace fs = std::filesystem;

namespace {

constexpr int attempts = 20;
constexpr auto ready_time = std::chrono::seconds(20);
/// Who all users are to the file system: a user with a home that is there, which vsftpd asks for.
constexpr const char* owner = "daemon";
/// vsftpd's sessions go there; it has to exist, and to be empty.
constexpr const char* empty_folder = "/var/run/vsftpd/empty";
/// crypt(3) of "secret".
constexpr const char* password_hash =
    "$6$dbackuptests$YUXWOcm/vl6FV4kjPkPzDO8pIPhjWX7R0VXEmLzaqoiNCC69B.K4BINHW3F0UHLRjJF4En1TZDXt9gt8bG9ZL/";
constexpr int passive_ports = 200;

}  // namespace

FtpServer::FtpServer(Tls tls) : tls_(tls), root_(folder_ / "root") {
    makeFiles();
    for (int i = 0; i < attempts; ++i) {
        port_ = somePort();
        if (start()) return;
    }
    throw std::runtime_error("vsftpd did not start: " + process_->errorText());
}

FtpServer::~FtpServer() {
    std::error_code gone;
    fs::remove(fs::path("/etc/pam.d") / service(), gone);
}

/// The name of its PAM service: one for each server, in lower case, as PAM reads it.
std::string FtpServer::service() const {
    std::string name = folder_.path().filename().string();
    for (char& each : name)
        each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return name;
}

void FtpServer::makeFiles() {
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::create_directories(root_);
    fs::create_directories(empty_folder);
    giveTo(owner, root_);
    const fs::path passwords = folder_ / "passwords";
    std::ofstream(passwords) << "me:" << password_hash << "\n";
    std::ofstream(fs::path("/etc/pam.d") / service())
        << "auth required pam_pwdfile.so pwdfile=" << passwords.string()
        << "\naccount required pam_permit.so\n"
        << "session required pam_permit.so\n";
    if (tls_ != Tls::None) makeCertificate(folder_ / "server.key", folder_ / "server.pem", "IP:127.0.0.1");
}

std::string FtpServer::configuration() const {
    const std::string folder = folder_.path().string();
    std::string text =
        "listen=YES\nlisten_address=127.0.0.1\nlisten_port=" + port() +
        "\nbackground=NO\nanonymous_enable=NO\nlocal_enable=YES\nguest_enable=YES\nguest_username=" + owner +
        "\nvirtual_use_local_privs=YES\nwrite_enable=YES\nlocal_root=" + root_.string() +
        "\nchroot_local_user=YES\nallow_writeable_chroot=YES\npam_service_name=" + service() +
        "\nsecure_chroot_dir=" + empty_folder +
        "\npasv_address=127.0.0.1\npasv_min_port=" + std::to_string(port_ + 1) +
        "\npasv_max_port=" + std::to_string(port_ + passive_ports) +
        "\nseccomp_sandbox=NO\nmax_clients=50\ndelay_failed_login=0\nxferlog_enable=NO\n";
    if (tls_ == Tls::None) return text;
    text += "ssl_enable=YES\nrsa_cert_file=" + certificate() + "\nrsa_private_key_file=" + folder +
            "/server.key\nforce_local_data_ssl=YES\nforce_local_logins_ssl=YES\nssl_tlsv1=YES\nrequire_ssl_"
            "reuse=YES\n"
            "ssl_ciphers=HIGH\n";
    if (tls_ == Tls::Implicit) text += "implicit_ssl=YES\n";
    return text;
}

bool FtpServer::start() {
    const fs::path file = folder_ / "vsftpd.conf";
    std::ofstream(file) << configuration();
    process_ = std::make_unique<sdk::Subprocess>(sdk::Command("/usr/sbin/vsftpd").arg(file.string()), run_);
    const auto end = std::chrono::steady_clock::now() + ready_time;
    while (std::chrono::steady_clock::now() < end) {
        if (!isAlive(process_->pid())) return false;
        if (isListening(port_)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

void FtpServer::kill() {
    killTree(process_->pid());
    (void)process_->wait();
}

}  // namespace dbackup::test
