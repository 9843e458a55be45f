#include "resources/placeholders.h"

#include <cstdlib>
#include <fstream>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

namespace dbackup::resources {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::size_t max_file_bytes = 64 << 10;

/// A placeholder that stands for nothing.
class Missing : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

std::string contentsOf(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(max_file_bytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    if (!in.is_open() || in.bad()) throw Missing{"cannot read " + path.string()};
    if (text.size() > max_file_bytes) throw Missing{path.string() + " is larger than 64 KiB"};
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return text;
}

}  // namespace

/// One document's way through resolve().
class Placeholders::Walk {
public:
    Walk(const Placeholders& placeholders, std::string where)
        : settings_(placeholders), where_(std::move(where)) {}

    /// @return nothing when the member is to be left out
    std::optional<Var> value(const Var& value, const std::string& path) {
        if (value.type() == typeid(Object::Ptr)) return object(*value.extract<Object::Ptr>(), path);
        if (value.type() == typeid(Array::Ptr)) return array(*value.extract<Array::Ptr>(), path);
        if (!value.isString()) return std::optional<Var>(std::in_place, value);
        return text(value.extract<std::string>(), path);
    }

    const std::string& faults() const { return faults_; }

private:
    std::optional<Var> object(const Object& from, const std::string& path) {
        Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
        for (const auto& key : from.getNames()) {
            if (const auto member = value(from.get(key), path.empty() ? key : path + '.' + key))
                object->set(key, *member);
        }
        return object;
    }

    std::optional<Var> array(const Array& from, const std::string& path) {
        Array::Ptr array = new Array;
        for (unsigned i = 0; i < from.size(); ++i) {
            const auto element = value(from.get(i), path + '[' + std::to_string(i) + ']');
            if (element) array->add(*element);
        }
        return array;
    }

    std::optional<Var> text(const std::string& text, const std::string& path) {
        std::string resolved;
        try {
            for (std::size_t at = 0; at < text.size();) {
                at = piece(text, at, resolved);
            }
        } catch (const Missing& missing) {
            const bool whole = text.starts_with("${") && text.find('}') == text.size() - 1;
            if (settings_.keep_missing_ && whole) return std::nullopt;
            faults_ += (faults_.empty() ? "" : "\n") + where_ + ": " + path + ": " + missing.what();
        }
        return resolved;
    }

    /// Takes the text up to the next placeholder, or one placeholder. @return where to go on
    std::size_t piece(const std::string& text, std::size_t at, std::string& out) const {
        if (text.compare(at, 3, "$${") == 0) {
            out += "${";
            return at + 3;
        }
        if (text.compare(at, 2, "${") != 0) {
            out += text[at];
            return at + 1;
        }
        const std::size_t end = text.find('}', at);
        if (end == std::string::npos) throw Missing{"\"${\" without \"}\"; write \"$${\" for a plain one"};
        out += meaningOf(text.substr(at + 2, end - at - 2));
        return end + 1;
    }

    std::string meaningOf(const std::string& placeholder) const {
        if (placeholder.starts_with("env:") && placeholder.size() > 4) {
            const std::string name = placeholder.substr(4);
            if (auto found = settings_.environment_(name)) return *found;
            throw Missing{"the environment has no variable " + name};
        }
        if (placeholder.starts_with("file:") && placeholder.size() > 5) {
            return contentsOf(settings_.folder_ / placeholder.substr(5));
        }
        throw Missing{"\"${" + placeholder + "}\" is neither ${env:NAME} nor ${file:PATH}"};
    }

    const Placeholders& settings_;
    std::string where_;
    std::string faults_;
};

Placeholders::Placeholders(Environment environment, std::filesystem::path folder, bool keep_missing)
    : environment_(std::move(environment)), folder_(std::move(folder)), keep_missing_(keep_missing) {}

Var Placeholders::resolve(const Var& value, const std::string& where) const {
    Walk walk(*this, where);
    const auto resolved = walk.value(value, "");
    if (!walk.faults().empty()) throw Fault(walk.faults());
    return resolved.value_or(Var());
}

Placeholders::Environment processEnvironment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody writes it
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
}

}  // namespace dbackup::resources
