#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "tests/integration/daemon/daemon_process.h"

namespace dbackup::test {

struct Reply {
    int status = 0;
    std::map<std::string, std::string> fields;
    std::string body;

    /// The value at a path such as "data[0].name", as text; "" when it is not there.
    std::string at(const std::string& path) const;
};

/// A real dbackupd with a key that may do everything, limits off.
class RestService {
public:
    RestService();

    Reply call(const std::string& method, const std::string& path, const std::string& body = {}) const;
    /// As somebody else; empty = without a key.
    Reply callAs(const std::string& key,
                 const std::string& method,
                 const std::string& path,
                 const std::string& body = {}) const;
    /// Polls an execution until it has ended.
    Reply finished(const std::string& execution_id) const;

    /// Path of a file in the test's folder.
    std::string file(const std::string& name) const { return folder_ / name; }
    /// Makes an SQLite database and an adapter for it. @return the adapter's id
    std::string addSource(const std::string& name) const;
    std::string addDestination(const std::string& name) const;
    std::string addJob(const std::string& name,
                       const std::string& source,
                       const std::string& destination) const;

private:
    TempDir folder_;
    Service service_;
    std::string key_;
};

/// Calls and their answers as text, compared with tests/golden/rest/<name>.txt at the end. What differs from
/// run to run (ids, times, sizes, ...) is replaced by what it is.
class Transcript {
public:
    Transcript(const RestService& service, std::string name);
    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;
    ~Transcript() = default;

    Reply call(const std::string& method, const std::string& path, const std::string& body = {});
    Reply callAs(const std::string& key,
                 const std::string& method,
                 const std::string& path,
                 const std::string& body = {});
    /// Adds an answer that was got otherwise.
    Reply add(const std::string& request, Reply reply, const std::vector<std::string>& fields = {});
    /// Fails the test when the text is not the golden one. With DBACKUP_UPDATE_GOLDEN set, writes it.
    void check();

private:
    std::string normal(std::string text);

    const RestService& service_;
    std::string name_;
    std::string text_;
    std::map<std::string, std::string> ids_;
};

}  // namespace dbackup::test
