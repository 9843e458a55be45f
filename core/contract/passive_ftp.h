#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace dbackup::contract {

/// An FTP server's answer to PASV or EPSV, with another port in it, on 127.0.0.1; any other answer as it is.
/// @param relay  gives the port to put in the place of the server's
std::string withPassivePorts(std::string reply, const std::function<std::uint16_t(std::uint16_t)>& relay);

}  // namespace dbackup::contract
