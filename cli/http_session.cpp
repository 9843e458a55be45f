#include "cli/http_session.h"

#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/RejectCertificateHandler.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/URI.h>

#include "cli/text.h"

namespace dbackup::cli {

namespace {

using Poco::Net::Context;

Context::Ptr tlsContext(const Connection& connection) {
    try {
        Context::Ptr context =
            new Context(Context::TLS_CLIENT_USE,
                        "",
                        "",
                        connection.ca_file,
                        connection.skip_tls_verify ? Context::VERIFY_NONE : Context::VERIFY_STRICT,
                        9,
                        connection.ca_file.empty());
        context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
        context->enableExtendedCertificateVerification(!connection.skip_tls_verify);
        Poco::Net::SSLManager::instance().initializeClient(
            nullptr, new Poco::Net::RejectCertificateHandler(false), context);
        return context;
    } catch (const Poco::Net::SSLException& error) {
        throw Failure(
            ExitCode::Usage, "cannot use the certificates in " + connection.ca_file, error.displayText());
    }
}

}  // namespace

std::unique_ptr<Poco::Net::HTTPClientSession> openSession(const Connection& connection) {
    const Poco::URI uri(connection.url);
    std::unique_ptr<Poco::Net::HTTPClientSession> session;
    if (uri.getScheme() == "https") {
        session = std::make_unique<Poco::Net::HTTPSClientSession>(
            uri.getHost(), uri.getPort(), tlsContext(connection));
    } else {
        session = std::make_unique<Poco::Net::HTTPClientSession>(uri.getHost(), uri.getPort());
    }
    session->setKeepAlive(true);
    return session;
}

Poco::Net::HTTPRequest requestFor(const Connection& connection,
                                  const std::string& method,
                                  const std::string& path) {
    Poco::Net::HTTPRequest request(
        method, Poco::URI(connection.url).getPath() + "/api" + path, Poco::Net::HTTPMessage::HTTP_1_1);
    request.set("User-Agent", "dbackup/" DBACKUP_VERSION);
    request.set("Accept", "application/json");
    if (!connection.api_key.empty()) request.set("Authorization", "Bearer " + connection.api_key);
    return request;
}

Failure unreachable(const Connection& connection, const Poco::Exception& error) {
    const std::string where = "cannot reach DBackup at " + connection.url + ": ";
    const std::string text = error.displayText();
    if (dynamic_cast<const Poco::Net::SSLException*>(&error) != nullptr) {
        if (lowerCase(text).find("certificate") != std::string::npos) {
            return {
                ExitCode::Unreachable,
                where + "its certificate is not trusted (" + text + ")",
                "name the authority with --ca-file, or, on a network that you trust, use --skip-tls-verify"};
        }
        return {ExitCode::Unreachable, where + text, "is it perhaps plain http://?"};
    }
    if (dynamic_cast<const Poco::Net::ConnectionRefusedException*>(&error) != nullptr) {
        return {ExitCode::Unreachable,
                where + "nothing listens there",
                "is dbackupd running? DBACKUP_URL or a profile names another address"};
    }
    if (dynamic_cast<const Poco::TimeoutException*>(&error) != nullptr) {
        return {ExitCode::Unreachable, where + "no answer in time", "--timeout waits for longer"};
    }
    if (dynamic_cast<const Poco::Net::DNSException*>(&error) != nullptr) {
        return {ExitCode::Unreachable, where + "its name is not known", "check the address"};
    }
    if (dynamic_cast<const Poco::Net::MessageException*>(&error) != nullptr) {
        return {
            ExitCode::Unreachable, where + "it answers something that is no HTTP", "is it perhaps https://?"};
    }
    return {ExitCode::Unreachable, where + text};
}

}  // namespace dbackup::cli
