#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/http/message.h"

namespace dbackup::api {

/// Reads the members of a request body and collects *all* that is wrong with them, so that a caller is told
/// everything at once. A member that is absent or null is no value; unknown members are ignored. [one thread]
class BodyFields {
public:
    /// @param prefix  of the names in faults: "destinations[0]."
    explicit BodyFields(JsonObject::Ptr body, std::string prefix = {});

    /// Is the member there, null included?
    bool has(const std::string& key) const { return body_->has(key); }
    /// Is the member there, and neither null nor an empty text?
    bool given(const std::string& key) const;

    std::optional<std::string> text(const std::string& key, std::size_t max_bytes = 4096);
    /// A text for people: not blank, without control characters.
    std::optional<std::string> name(const std::string& key, std::size_t max_bytes);
    std::optional<bool> flag(const std::string& key);
    std::optional<std::int64_t> integer(const std::string& key, std::int64_t minimum, std::int64_t maximum);
    std::optional<TimePoint> time(const std::string& key);
    std::optional<std::vector<std::string>> texts(const std::string& key);
    JsonArray::Ptr array(const std::string& key);
    /// An object, or one as JSON text; what GET answers can so be sent back.
    JsonObject::Ptr objectOrText(const std::string& key);
    JsonVar value(const std::string& key) const { return body_->get(key); }

    /// @param reason  goes on after the member's name: "must be a text"
    void fault(const std::string& key, const std::string& reason);
    /// A fault whose text is a whole sentence, as the contract has it.
    void sentence(const std::string& key, const std::string& text);
    void faults(const BodyFields& others);
    /// @throws HttpError 400 with `message` and the missing members as details when one is not given
    void require(std::initializer_list<const char*> keys, const std::string& message) const;
    /// @throws HttpError 400 with all faults
    void throwIfFaulty() const;

private:
    JsonObject::Ptr body_;
    std::string prefix_;
    std::map<std::string, std::string> faults_;
    std::map<std::string, std::string> texts_;  // of each fault, for people
};

/// Texts of an array. @return nothing when an element is no text
std::optional<std::vector<std::string>> textsOf(const JsonArray& array);

}  // namespace dbackup::api
