#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http/message.h"

namespace dbackup::api {

using Handler = std::function<Response(const Request&)>;
using StreamHandler = std::function<void(const Request&, BodyStream&)>;

/// Who may call a route.
struct Access {
    enum class Kind { None = 0, Public, AnyKey, Permission } kind = Kind::None;
    std::string permission;  ///< for Permission

    static Access open() { return {Kind::Public, {}}; }
    /// Any valid key; the handler checks further, for where the permission depends on the request.
    static Access key() { return {Kind::AnyKey, {}}; }
    static Access with(std::string permission) { return {Kind::Permission, std::move(permission)}; }
};

struct Route {
    std::string method;   ///< "GET"; HEAD is answered by GET without the body
    std::string pattern;  ///< "/jobs/:id/run", without /api; "!/metrics" lies outside /api
    Access access;
    std::variant<Handler, StreamHandler> handler;
};

/// All routes. Filled before the server starts, then read-only and thread-safe.
class Router {
public:
    /// @param pattern  see Route
    /// @throws Error Internal when the method and pattern are there already, whatever their parameters are
    /// called
    void add(std::string method, std::string pattern, Access access, Handler handler);
    void addStream(std::string method, std::string pattern, Access access, StreamHandler handler);

    struct Match {
        const Route* route = nullptr;  ///< null: no such path, or the method is not allowed
        std::map<std::string, std::string, std::less<>> params;
        std::string allow;  ///< for 405: "GET, PUT"; empty when the path is unknown
    };
    /// Literal segments win over parameters ("/jobs/bulk" before "/jobs/:id"); empty segments (a slash at the
    /// end, two in a row) are passed over; a parameter never matches nothing and is decoded (%XX).
    /// @param path  as in Request::path, or with a leading '!' when it lies outside /api; still encoded
    Match match(std::string_view method, std::string_view path) const;
    const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    void insert(Route route);

    std::vector<Route> routes_;
    std::vector<std::vector<std::string>> segments_;  // of each route's pattern
};

}  // namespace dbackup::api
