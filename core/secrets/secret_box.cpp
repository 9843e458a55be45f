#include "core/secrets/secret_box.h"

#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "core/base/error.h"

namespace dbackup::secrets {

namespace {

using sdk::SecretString;
using sdk::UniqueFd;

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view version_mark = "v1:";

unsigned char* bytesOf(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void prepareLibrary() {
    if (sodium_init() < 0) {
        throw Error(ErrorKind::Internal, "the cryptographic library could not be started");
    }
}

std::string named(const std::filesystem::path& file) {
    return "the master key " + file.string();
}

void writeWhole(const UniqueFd& file, std::string_view text, const std::string& what) {
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            throw systemError(what, errno);
        }
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0) {
        throw systemError(what, errno);
    }
}

/// Removes the file unless it was kept.
class DraftFile {
public:
    explicit DraftFile(std::filesystem::path path) : path_(std::move(path)) {}
    DraftFile(const DraftFile&) = delete;
    DraftFile& operator=(const DraftFile&) = delete;
    ~DraftFile() { ::unlink(path_.c_str()); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

SecretString randomKeyText() {
    std::array<unsigned char, key_bytes> key{};
    randombytes_buf(key.data(), key.size());
    std::string text(2 * key_bytes + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), key.data(), key.size());
    sodium_memzero(key.data(), key.size());
    text.back() = '\n';
    return SecretString(std::move(text));
}

// Written under another name and then linked: nobody ever sees half a key, and of two processes that start
// at the same time the first one's key stays.
void createKeyFile(const std::filesystem::path& file) {
    const std::string what = "cannot create " + named(file);
    const DraftFile draft(file.string() + "." + std::to_string(::getpid()) + ".new");
    ::unlink(draft.path().c_str());
    const UniqueFd out(
        ::open(draft.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!out) {
        throw systemError(what, errno);
    }
    writeWhole(out, randomKeyText().reveal(), what);
    if (::link(draft.path().c_str(), file.c_str()) != 0 && errno != EEXIST) {
        throw systemError(what, errno);
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) {
        throw systemError(what, errno);
    }
}

void checkOwnership(const UniqueFd& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        throw systemError("cannot read " + named(path), errno);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::Settings, named(path) + " is not a file");
    }
    if ((status.st_mode & 077U) != 0) {
        throw Error(ErrorKind::Permission,
                    named(path) + " is open to other users",
                    "run: chmod 600 " + path.string() + " (and consider the secrets known to them)");
    }
}

SecretString readKey(const UniqueFd& file, const std::filesystem::path& path) {
    // One byte more than a key, so that a longer file is noticed.
    std::string text(2 * key_bytes + 2, '\0');
    std::size_t size = 0;
    ssize_t count = 1;
    while (count != 0 && size < text.size()) {
        count = ::read(file.get(), text.data() + size, text.size() - size);
        if (count < 0 && errno != EINTR) {
            throw systemError("cannot read " + named(path), errno);
        }
        if (count > 0) size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    const SecretString guarded(std::move(text));
    std::string_view digits = guarded.reveal();
    if (digits.ends_with('\n')) digits.remove_suffix(1);
    std::string key(key_bytes, '\0');
    std::size_t decoded = 0;
    const bool whole =
        digits.size() == 2 * key_bytes &&
        sodium_hex2bin(bytesOf(key), key.size(), digits.data(), digits.size(), nullptr, &decoded, nullptr) ==
            0 &&
        decoded == key_bytes;
    SecretString secret(std::move(key));
    if (!whole) {
        throw Error(ErrorKind::Settings,
                    named(path) + " is not a key of 64 hex digits",
                    "put the original file back: without it the stored secrets cannot be read");
    }
    return secret;
}

Error cannotUnseal() {
    return {ErrorKind::Integrity,
            "a stored secret cannot be opened: it was changed, or sealed with another master key",
            "put the original master key back, or enter the secret again"};
}

}  // namespace

SecretBox SecretBox::open(const std::filesystem::path& key_file) {
    prepareLibrary();
    UniqueFd file(::open(key_file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) {
        createKeyFile(key_file);
        file.reset(::open(key_file.c_str(), O_RDONLY | O_CLOEXEC));
    }
    if (!file) {
        throw systemError("cannot read " + named(key_file), errno);
    }
    checkOwnership(file, key_file);
    return SecretBox(readKey(file, key_file));
}

std::string SecretBox::seal(std::string_view plain, std::string_view context) const {
    std::string sealed(nonce_bytes + plain.size() + tag_bytes, '\0');
    randombytes_buf(sealed.data(), nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytesOf(sealed) + nonce_bytes,
                                               nullptr,
                                               bytesOf(plain),
                                               plain.size(),
                                               bytesOf(context),
                                               context.size(),
                                               nullptr,
                                               bytesOf(sealed),
                                               bytesOf(std::string_view(key_.reveal())));
    std::string text(sodium_base64_encoded_len(sealed.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(
        text.data(), text.size(), bytesOf(sealed), sealed.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the terminating zero
    return std::string(version_mark) + text;
}

std::string SecretBox::unseal(std::string_view sealed, std::string_view context) const {
    if (!sealed.starts_with(version_mark)) {
        throw cannotUnseal();
    }
    sealed.remove_prefix(version_mark.size());
    std::string bytes(sealed.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(bytesOf(bytes),
                          bytes.size(),
                          sealed.data(),
                          sealed.size(),
                          nullptr,
                          &size,
                          nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size < nonce_bytes + tag_bytes) {
        throw cannotUnseal();
    }
    std::string plain(size - nonce_bytes - tag_bytes, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytesOf(plain),
                                                   nullptr,
                                                   nullptr,
                                                   bytesOf(bytes) + nonce_bytes,
                                                   size - nonce_bytes,
                                                   bytesOf(context),
                                                   context.size(),
                                                   bytesOf(bytes),
                                                   bytesOf(std::string_view(key_.reveal()))) != 0) {
        throw cannotUnseal();
    }
    return plain;
}

}  // namespace dbackup::secrets
