#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dbackup::mysql {

/// Takes the database's own name out of the only statements of a dump that have it: where a routine, trigger
/// or event was made while the database had another collation, the dump switches it by lines of "ALTER
/// DATABASE `shop` CHARACTER SET x COLLATE y ;". Without the name they mean the database that the dump is
/// restored into. Rows cannot be mistaken for such a line, since the line breaks within them are escaped.
/// [one thread]
class OwnNameFilter {
public:
    using Write = std::function<void(std::string_view)>;
    /// @param write  gets what passes, in pieces that are valid until it returns
    OwnNameFilter(const std::string& database, Write write);

    void take(std::string_view bytes);
    /// Gives what was held back; once, last.
    void finish();

private:
    bool couldBecome(std::string_view line) const;
    void giveLine();

    std::string start_;
    Write write_;
    std::string line_;      ///< the current line, as long as it may be such a statement
    bool passing_ = false;  ///< the rest of the current line is none
};

}  // namespace dbackup::mysql
