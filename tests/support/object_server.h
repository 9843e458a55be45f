#pragma once

#include <memory>
#include <string>

namespace dbackup::test {

/// A small HTTP server that keeps objects in memory, for the plugin tests/plugins/objects: it makes an object
/// when the whole of it has come and its checksum is right, and asks for the password "secret". It goes with
/// the object. [one thread]
class ObjectServer {
public:
    ObjectServer();
    ObjectServer(const ObjectServer&) = delete;
    ObjectServer& operator=(const ObjectServer&) = delete;
    ~ObjectServer();

    std::string url() const;

    struct Objects;

private:
    std::shared_ptr<Objects> objects_;
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace dbackup::test
