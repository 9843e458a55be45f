#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <dbackup/sdk/secret.h>

namespace dbackup::secrets {

/// Seals secrets with the installation's master key: XChaCha20-Poly1305 (libsodium
/// crypto_aead_xchacha20poly1305_ietf), random nonce, versioned text "v1:<base64>". [thread-safe]
class SecretBox {
public:
    /// Reads the key file, or makes it (0600, 32 random bytes as hex, fsynced) when it is not there.
    /// @throws Error Permission when others can read it, Settings when it is no key
    static SecretBox open(const std::filesystem::path& key_file);

    /// @param context  bound to the text: it can be opened with the same context only
    std::string seal(std::string_view plain, std::string_view context) const;
    /// @throws Error Integrity when it was changed, sealed with another key or for another context
    std::string unseal(std::string_view sealed, std::string_view context) const;

private:
    explicit SecretBox(sdk::SecretString key) : key_(std::move(key)) {}
    sdk::SecretString key_;
};

}  // namespace dbackup::secrets
