#pragma once

#include <filesystem>

#include "core/base/clock.h"

namespace dbackup::daemon {

/// A certificate (with its chain) and its private key, both PEM.
struct CertificateFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// Checks that both can be read and belong together.
/// @return when the certificate ends
/// @throws Error Settings, NotFound, Permission: which file, and why; an encrypted key is refused, nobody
/// would be
///         there to type its passphrase
TimePoint checkCertificate(const CertificateFiles& files);

/// The self-signed certificate in `folder`; made when it is not there: ECDSA P-256, ten years, valid for
/// localhost, the loopback addresses and this host's name.
/// @throws Error Internal, Permission, NoSpace
CertificateFiles generatedCertificate(const std::filesystem::path& folder);

}  // namespace dbackup::daemon
