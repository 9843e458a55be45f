#pragma once

#include <filesystem>
#include <string>

namespace dbackup::test {

/// A port below those that the kernel gives to clients; somebody may have it. Thread-safe.
int somePort();
/// Does somebody accept connections on this port of 127.0.0.1? Thread-safe.
bool isListening(int port);
/// Is this child still there, not only waiting to be reaped? Thread-safe.
bool isAlive(int pid);
/// Kills a child and all that it has started, and they in their turn, whatever session they are in. [one
/// thread]
void killTree(int pid);
/// Makes a user the owner of a folder or file. Throws when there is no such user. [one thread]
void giveTo(const std::string& user, const std::filesystem::path& path);
/// A self-signed certificate, its own authority, and its key, both PEM and readable by all.
/// @param name  its subjectAltName: "IP:127.0.0.1"
void makeCertificate(const std::filesystem::path& key,
                     const std::filesystem::path& certificate,
                     const std::string& name);

}  // namespace dbackup::test
