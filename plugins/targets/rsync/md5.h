#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace dbackup::rsync {

/// The checksum that every rsync knows, over a stream. Against accidents, not against attackers: the
/// connection is SSH's. [one thread]
class Md5 {
public:
    Md5();
    void add(std::span<const std::byte> bytes);
    /// Hexadecimal, of all that was added; nothing may be added after it.
    std::string finish();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// "SHA256:..." of a public key, as ssh-keygen -l prints it. @param key  in Base64; empty when it is none
std::string fingerprintOf(const std::string& key);

}  // namespace dbackup::rsync
