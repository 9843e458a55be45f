#include "api/daemon/tls_context.h"

#include <openssl/ssl.h>

namespace dbackup::daemon {

namespace {

Poco::Net::Context::Ptr contextOf(const CertificateFiles& files) {
    Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE,
                                                             files.key.string(),
                                                             files.certificate.string(),
                                                             "",
                                                             Poco::Net::Context::VERIFY_NONE);
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    return context;
}

}  // namespace

TlsContext::TlsContext(const CertificateFiles& files) : context_(contextOf(files)), current_(context_) {
    // Asked in each handshake. OpenSSL forbids changes of a context that connections use, but not another one
    // for each.
    SSL_CTX_set_cert_cb(context_->sslContext(), &TlsContext::choose, this);
}

TlsContext::~TlsContext() {
    SSL_CTX_set_cert_cb(context_->sslContext(), nullptr, nullptr);
}

void TlsContext::reload(const CertificateFiles& files) {
    const Poco::Net::Context::Ptr context = contextOf(files);
    const std::lock_guard lock(mutex_);
    current_ = context;
}

int TlsContext::choose(ssl_st* connection, void* self) {
    auto& context = *static_cast<TlsContext*>(self);
    const std::lock_guard lock(context.mutex_);
    // The connection takes a reference of its own.
    return SSL_set_SSL_CTX(connection, context.current_->sslContext()) == nullptr ? 0 : 1;
}

}  // namespace dbackup::daemon
