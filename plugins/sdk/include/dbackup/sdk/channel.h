#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>

namespace dbackup::sdk {

/// What happened, for people.
struct Notification {
    std::string event;  ///< "backup_success", "backup_failure", ...
    std::string title;
    std::string message;
    bool success = false;
    struct Field {
        std::string name;
        std::string value;
    };
    std::vector<Field> fields;
};

/// A way to tell people: mail, chat, webhook. [worker thread]
class DBACKUP_SDK_EXPORT NotificationChannel {
public:
    NotificationChannel() = default;
    NotificationChannel(const NotificationChannel&) = delete;
    NotificationChannel& operator=(const NotificationChannel&) = delete;
    virtual ~NotificationChannel();

    /// @throws Error Settings, Authentication, Unavailable
    virtual void send(const Notification& notification, RunContext& run) = 0;
};

}  // namespace dbackup::sdk
