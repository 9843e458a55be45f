#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/error.h"

namespace dbackup::pipeline {

/// Is told how the objects of a run come along. [thread-safe]
class Observer {
public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    /// The engine has made so many bytes more.
    virtual void produced(std::size_t bytes) = 0;
    /// There are so many bytes more for destinations to take, all together.
    virtual void handedOn(std::uint64_t bytes) = 0;
    /// A destination has taken so many bytes more. Those of an upload that is begun again count once.
    virtual void uploaded(std::size_t bytes) = 0;
    /// An object cannot be stored, whatever its engine does from now on.
    virtual void lost(const Error& error) = 0;
};

/// For what nobody wants to watch.
class Unobserved final : public Observer {
public:
    void produced(std::size_t /*bytes*/) override {}
    void handedOn(std::uint64_t /*bytes*/) override {}
    void uploaded(std::size_t /*bytes*/) override {}
    void lost(const Error& /*error*/) override {}  // comes as an exception, too
};

}  // namespace dbackup::pipeline
