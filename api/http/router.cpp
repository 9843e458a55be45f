#include "api/http/router.h"

#include <algorithm>
#include <utility>

#include "api/http/uri_text.h"
#include "core/base/error.h"

namespace dbackup::api {

namespace {

using Segments = std::vector<std::string>;

// The mark of a path outside /api becomes a segment that no path inside can have.
std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    segments.reserve(8);
    if (path.starts_with('!')) {
        segments.emplace_back("!/");
        path.remove_prefix(1);
    }
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) {
            segments.push_back(path.substr(0, end));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

bool isParameter(std::string_view segment) {
    return segment.front() == ':';
}

bool fits(const Segments& pattern, const std::vector<std::string_view>& path) {
    return std::equal(
        pattern.begin(),
        pattern.end(),
        path.begin(),
        path.end(),
        [](const auto& wanted, std::string_view given) { return isParameter(wanted) || wanted == given; });
}

// Both fit the same path: the one with the earlier literal is the more exact one.
bool moreExact(const Segments& left, const Segments& right) {
    return std::lexicographical_compare(
        left.begin(), left.end(), right.begin(), right.end(), [](const auto& a, const auto& b) {
            return !isParameter(a) && isParameter(b);
        });
}

bool sameShape(const Segments& left, const Segments& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const auto& a, const auto& b) {
        return (isParameter(a) && isParameter(b)) || a == b;
    });
}

bool serves(const Route& route, std::string_view method) {
    return route.method == method || (method == "HEAD" && route.method == "GET");
}

}  // namespace

void Router::add(std::string method, std::string pattern, Access access, Handler handler) {
    insert({std::move(method), std::move(pattern), std::move(access), std::move(handler)});
}

void Router::addStream(std::string method, std::string pattern, Access access, StreamHandler handler) {
    insert({std::move(method), std::move(pattern), std::move(access), std::move(handler)});
}

void Router::insert(Route route) {
    const auto views = split(route.pattern);
    Segments segments(views.begin(), views.end());
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (routes_[i].method == route.method && sameShape(segments_[i], segments)) {
            throw Error(
                ErrorKind::Internal,
                "two routes for " + route.method + ' ' + route.pattern + " and " + routes_[i].pattern);
        }
    }
    routes_.push_back(std::move(route));
    segments_.push_back(std::move(segments));
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
    const auto given = split(path);
    std::vector<std::size_t> fitting;
    std::size_t best = 0;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (fits(segments_[i], given)) {
            best = fitting.empty() || moreExact(segments_[i], segments_[best]) ? i : best;
            fitting.push_back(i);
        }
    }
    Match match;
    for (const std::size_t i : fitting) {
        // A less exact pattern must not answer for a method that the exact one lacks.
        if (!sameShape(segments_[i], segments_[best])) {
            continue;
        }
        match.allow += (match.allow.empty() ? "" : ", ") + routes_[i].method;
        if (!serves(routes_[i], method) || (match.route != nullptr && match.route->method == method)) {
            continue;
        }
        match.route = &routes_[i];
        for (std::size_t s = 0; s < given.size(); ++s) {
            if (isParameter(segments_[i][s])) {
                match.params.emplace(segments_[i][s].substr(1), percentDecode(given[s]));
            }
        }
    }
    return match;
}

}  // namespace dbackup::api
