#pragma once

#include <memory>
#include <mutex>

#include <Poco/Net/Context.h>

#include "api/daemon/certificate.h"

namespace dbackup::daemon {

/// The server's side of TLS, whose certificate can be changed while it serves: connections that are open keep
/// the old one. [thread-safe]
class TlsContext {
public:
    /// @throws Error, Poco::Exception
    explicit TlsContext(const CertificateFiles& files);
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    ~TlsContext();

    /// What the server's socket takes. It must not be used any more when this object goes.
    const Poco::Net::Context::Ptr& context() const noexcept { return context_; }
    /// From now on new connections get this certificate. @throws as the constructor; then the old one stays
    void reload(const CertificateFiles& files);

private:
    static int choose(ssl_st* connection, void* self);

    Poco::Net::Context::Ptr context_;
    std::mutex mutex_;
    Poco::Net::Context::Ptr current_;
};

}  // namespace dbackup::daemon
