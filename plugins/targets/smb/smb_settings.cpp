#include "smb_settings.h"

#include <dbackup/sdk/error.h>

#include "objects/object_name.h"

namespace dbackup::smb {

namespace {

using sdk::Error;
using sdk::ErrorKind;

std::string addressOf(const sdk::Settings& settings) {
    std::string address = settings.text("address");
    if (address.ends_with('/')) address.pop_back();
    const std::size_t slash = address.find('/', 2);
    const bool names_both = address.starts_with("//") && slash != std::string::npos && slash > 2 &&
                            slash + 1 < address.size() && address.find('/', slash + 1) == std::string::npos;
    if (!names_both) {
        throw Error(ErrorKind::Settings,
                    "the address \"" + address + "\" is none of a share",
                    "Write it as //server/share, and the folder as pathPrefix");
    }
    return address;
}

/// Samba's authentication file has one value a line, without blanks around it.
std::string line(const std::string& key, const std::string& value) {
    constexpr std::string_view blanks = " \t\r\n";
    const bool fits = value.find_first_of(std::string("\r\n\0", 3)) == std::string::npos &&
                      (value.empty() || (blanks.find(value.front()) == std::string_view::npos &&
                                         blanks.find(value.back()) == std::string_view::npos));
    if (!fits) {
        throw Error(ErrorKind::Settings,
                    "the " + key + " has a line break, or a blank at an end, which smbclient cannot take");
    }
    return key + " = " + value + "\n";
}

sdk::SecretString credentialsOf(const sdk::Settings& settings) {
    std::string text = line("username", settings.text("username", "guest"));
    text += line("password", settings.secret("password").reveal());
    if (settings.has("domain")) text += line("domain", settings.text("domain"));
    return sdk::SecretString(std::move(text));
}

std::string prefixOf(const sdk::Settings& settings) {
    std::string prefix = settings.text("pathPrefix");
    while (prefix.ends_with('/'))
        prefix.pop_back();
    prefix.erase(0, prefix.find_first_not_of('/'));
    if (!prefix.empty()) objects::partsOf(prefix);
    return prefix;
}

}  // namespace

SmbSettings::SmbSettings(const sdk::Settings& settings)
    : address(addressOf(settings)),
      port(std::to_string(settings.integer("port", 445))),
      credentials(credentialsOf(settings)),
      max_protocol(settings.text("maxProtocol", "SMB3")),
      protection(settings.text("protection", "sign")),
      prefix(prefixOf(settings)),
      timeout(settings.seconds("connectTimeout", std::chrono::seconds(20))) {
    if (max_protocol == "NT1") {
        throw Error(ErrorKind::Settings,
                    "SMB 1 (NT1) is not spoken: it is not safe",
                    "Set maxProtocol to SMB3 or SMB2");
    }
}

std::string SmbSettings::fullName(const std::string& name) const {
    return address + "/" + (prefix.empty() ? "" : prefix + "/") + name;
}

}  // namespace dbackup::smb
