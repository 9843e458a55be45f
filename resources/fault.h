#pragma once

#include <stdexcept>
#include <string>

namespace dbackup::resources {

/// What is wrong with a file of the configuration, as a sentence that names it.
class Fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace dbackup::resources
