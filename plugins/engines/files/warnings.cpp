#include "warnings.h"

#include <system_error>

#include "names.h"

namespace dbackup::files {

void Warnings::about(std::string_view path, std::string_view what) {
    if (++count_ > most_named) return;
    run_.log(sdk::LogLevel::Warning, shown(path) + " " + std::string(what));
}

void Warnings::about(std::string_view path, std::string_view what, int error_number) {
    about(path, std::string(what) + ": " + std::generic_category().message(error_number));
}

void Warnings::once(bool& said, std::string_view what) {
    if (!said) run_.log(sdk::LogLevel::Warning, what);
    said = true;
}

void Warnings::summarize() {
    if (count_ <= most_named) return;
    run_.log(sdk::LogLevel::Warning,
             std::to_string(count_) + " files had something wrong; the first " + std::to_string(most_named) +
                 " are named above");
}

}  // namespace dbackup::files
