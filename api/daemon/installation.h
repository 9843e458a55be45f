#pragma once

#include <filesystem>
#include <optional>

namespace dbackup::daemon {

/// The tree in which this program lies, wherever that was moved: PREFIX/sbin/dbackupd. The build tree has the
/// same shape. @throws Error Internal
std::filesystem::path installationPrefix();
std::filesystem::path defaultWorkerProgram();
std::filesystem::path defaultPluginsDir();
/// PREFIX/etc/dbackup/dbackupd.properties, or the one in /etc when the prefix is /usr; nothing if not there.
std::optional<std::filesystem::path> defaultConfigFile();
/// resources.d beside that file; need not be there.
std::filesystem::path defaultResourcesDir();
/// For root the system's, otherwise the user's own folder.
std::filesystem::path defaultStateDir();

}  // namespace dbackup::daemon
