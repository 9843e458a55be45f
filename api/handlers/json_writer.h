#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "core/base/clock.h"

namespace dbackup::api {

/// Builds JSON text straight away, without a tree in between: polls are answered thousands of times a second.
/// Texts are escaped, and bytes that are no UTF-8 become U+FFFD, so the result is always valid. [one thread]
class JsonWriter {
public:
    JsonWriter() { text_.reserve(512); }

    /// As an element, or as the whole.
    JsonWriter& beginObject() { return open('{'); }
    JsonWriter& beginArray() { return open('['); }
    /// As a member.
    JsonWriter& beginObject(std::string_view key) { return name(key).open('{'); }
    JsonWriter& beginArray(std::string_view key) { return name(key).open('['); }
    /// Closes what was opened last.
    JsonWriter& end();

    JsonWriter& text(std::string_view key, std::string_view value) { return name(key).text(value); }
    /// An empty text is null.
    JsonWriter& textOrNull(std::string_view key, std::string_view value);
    JsonWriter& number(std::string_view key, std::int64_t value);
    JsonWriter& number(std::string_view key, std::optional<std::int64_t> value);
    JsonWriter& flag(std::string_view key, bool value) { return name(key).raw(value ? "true" : "false"); }
    JsonWriter& time(std::string_view key, TimePoint value) { return text(key, toIso(value)); }
    JsonWriter& time(std::string_view key, const std::optional<TimePoint>& value);
    JsonWriter& null(std::string_view key) { return name(key).raw("null"); }
    /// @param json  is JSON already
    JsonWriter& json(std::string_view key, std::string_view json) { return name(key).raw(json); }

    /// JSON as an element.
    JsonWriter& element(std::string_view json) { return raw(json); }
    /// A text as an element.
    JsonWriter& text(std::string_view value);

    /// The text, once everything is closed; the writer is then empty.
    std::string take();

private:
    JsonWriter& open(char bracket);
    JsonWriter& name(std::string_view key);
    JsonWriter& raw(std::string_view json);
    void separate();
    void quote(std::string_view value);

    std::string text_;
    std::string closers_;  // of what is open, innermost last
};

/// A writer that has begun `{"success":true`.
JsonWriter success();
/// The writer's text as an answer; everything must be closed.
Response respond(JsonWriter& writer, int status = 200);
/// `{"success":true}`
Response done();

}  // namespace dbackup::api
