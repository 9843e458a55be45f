#pragma once

#include <functional>

#include <libssh/libssh.h>

#include "server_settings.h"

namespace dbackup::sftp {

/// Proves to the server who we are.
/// @param finish  calls until the result is not SSH_AUTH_AGAIN
/// @return an SSH_AUTH_* value
/// @throws Error Settings, when the private key cannot be read; and what `finish` throws
int logIn(ssh_session session,
          const ServerSettings& server,
          const std::function<int(const std::function<int()>&)>& finish);

}  // namespace dbackup::sftp
