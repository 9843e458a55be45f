#include "core/contract/passive_ftp.h"

#include <regex>

namespace dbackup::contract {

std::string withPassivePorts(std::string reply, const std::function<std::uint16_t(std::uint16_t)>& relay) {
    static const std::regex extended(R"((^|\n)229 [^\r\n]*\(\|\|\|(\d{1,5})\|\))");
    static const std::regex classic(R"((^|\n)227 [^\r\n]*?(\d+,\d+,\d+,\d+,(\d{1,3}),(\d{1,3})))");
    std::smatch found;
    if (std::regex_search(reply, found, extended)) {
        const auto port = static_cast<std::uint16_t>(std::stoi(found[2].str()));
        return found.prefix().str() + found[1].str() + "229 Entering extended passive mode (|||" +
               std::to_string(relay(port)) + "|)" + found.suffix().str();
    }
    if (std::regex_search(reply, found, classic)) {
        const int theirs = std::stoi(found[3].str()) * 256 + std::stoi(found[4].str());
        const int ours = relay(static_cast<std::uint16_t>(theirs));
        return reply.replace(static_cast<std::size_t>(found.position(2)),
                             static_cast<std::size_t>(found.length(2)),
                             "127,0,0,1," + std::to_string(ours / 256) + "," + std::to_string(ours % 256));
    }
    return reply;
}

}  // namespace dbackup::contract
