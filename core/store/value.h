#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/clock.h"

namespace dbackup::store {

/// A parameter of an SQL statement: NULL, an integer or a text. Flags are 0 or 1, times milliseconds.
class Value {
public:
    // NOLINTBEGIN(google-explicit-constructor): the point of the class is to be made from what it stands for
    Value(std::nullptr_t) {}
    Value(std::integral auto number) : data_(static_cast<std::int64_t>(number)) {}
    Value(TimePoint time) : data_(toMillis(time)) {}
    Value(const char* text) : data_(std::string(text)) {}
    Value(std::string text) : data_(std::move(text)) {}
    Value(std::string_view text) : data_(std::string(text)) {}
    template <class T>
    Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value(nullptr)) {}
    // NOLINTEND(google-explicit-constructor)

    const std::variant<std::monostate, std::int64_t, std::string>& data() const noexcept { return data_; }

private:
    std::variant<std::monostate, std::int64_t, std::string> data_;
};

using Values = std::vector<Value>;

/// NULL for an empty text: what refers to another table's row, or to none.
inline Value textOrNull(const std::string& text) {
    return text.empty() ? Value(nullptr) : Value(text);
}

}  // namespace dbackup::store
