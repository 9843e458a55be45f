#include "login.h"

#include <memory>

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using Finish = std::function<int(const std::function<int()>&)>;

struct FreeKey {
    void operator()(ssh_key key) const noexcept { ::ssh_key_free(key); }
};
using Key = std::unique_ptr<ssh_key_struct, FreeKey>;

/// Answers to a dialogue. Servers that ask for more than this are given up.
constexpr int most_questions = 10;

Key keyFrom(const ServerSettings& server) {
    std::string text = server.private_key.reveal();
    std::erase(text, '\r');
    if (!text.ends_with('\n')) text += '\n';
    const sdk::SecretString wiped(std::move(text));
    ssh_key key = nullptr;
    // Never a null passphrase: the library would ask at the terminal.
    const int status = ::ssh_pki_import_privkey_base64(
        wiped.reveal().c_str(), server.passphrase.reveal().c_str(), nullptr, nullptr, &key);
    if (status == SSH_OK) return Key(key);
    throw Error(ErrorKind::Settings,
                "the private key cannot be read",
                server.passphrase.empty() ? "It may need a passphrase, or its text is not whole"
                                          : "The passphrase may be wrong, or the key's text is not whole");
}

/// The dialogue by which many servers ask for passwords.
int answerQuestions(ssh_session session, const ServerSettings& server, const Finish& finish) {
    int result = SSH_AUTH_INFO;
    for (int i = 0; i < most_questions; ++i) {
        result = finish([&] { return ::ssh_userauth_kbdint(session, nullptr, nullptr); });
        if (result != SSH_AUTH_INFO) return result;
        const int prompts = ::ssh_userauth_kbdint_getnprompts(session);
        for (int prompt = 0; prompt < prompts; ++prompt) {
            const auto number = static_cast<unsigned>(prompt);
            char is_shown = 0;
            ::ssh_userauth_kbdint_getprompt(session, number, &is_shown);
            // What is typed in the open is no password.
            const char* const answer = is_shown != 0 ? "" : server.password.reveal().c_str();
            if (::ssh_userauth_kbdint_setanswer(session, number, answer) < 0) return SSH_AUTH_ERROR;
        }
    }
    return SSH_AUTH_DENIED;
}

int withPassword(ssh_session session, const ServerSettings& server, const Finish& finish) {
    const int methods = ::ssh_userauth_list(session, nullptr);
    int result = SSH_AUTH_DENIED;
    if ((methods & SSH_AUTH_METHOD_PASSWORD) != 0) {
        const char* const password = server.password.reveal().c_str();
        result = finish([&] { return ::ssh_userauth_password(session, nullptr, password); });
    }
    if (result != SSH_AUTH_DENIED || (methods & SSH_AUTH_METHOD_INTERACTIVE) == 0) return result;
    return answerQuestions(session, server, finish);
}

}  // namespace

int logIn(ssh_session session, const ServerSettings& server, const Finish& finish) {
    // Tells the methods of the server; a few let users in at once.
    int result = finish([&] { return ::ssh_userauth_none(session, nullptr); });
    if (result != SSH_AUTH_DENIED && result != SSH_AUTH_PARTIAL) return result;
    switch (server.auth) {
        case AuthType::PrivateKey: {
            const Key key = keyFrom(server);
            result = finish([&] { return ::ssh_userauth_publickey(session, nullptr, key.get()); });
            break;
        }
        case AuthType::Agent:
            result = finish([&] { return ::ssh_userauth_agent(session, nullptr); });
            break;
        case AuthType::Password:
        case AuthType::None:
            return withPassword(session, server, finish);
    }
    const bool wants_both = result == SSH_AUTH_PARTIAL && !server.password.empty();
    return wants_both ? withPassword(session, server, finish) : result;
}

}  // namespace dbackup::sftp
