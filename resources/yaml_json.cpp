#include "resources/yaml_json.h"

#include <regex>
#include <set>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <yaml-cpp/yaml.h>

namespace dbackup::resources {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr int max_depth = 64;
constexpr int max_nodes = 100'000;

std::string place(const std::string& what, const YAML::Mark& mark) {
    return mark.is_null()
               ? what
               : what + ':' + std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1);
}

bool isInteger(const std::string& text) {
    static const std::regex integer("-?(0|[1-9][0-9]{0,17})");
    return std::regex_match(text, integer);
}

bool isNumber(const std::string& text) {
    static const std::regex number(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)");
    return text.size() < 40 && std::regex_match(text, number);
}

/// Would a plain scalar be something else than a text?
bool isMoreThanText(const std::string& text) {
    return text.empty() || text == "~" || text == "null" || text == "true" || text == "false" ||
           isNumber(text);
}

Var plainScalar(const std::string& text) {
    if (text.empty() || text == "~" || text == "null") return {};
    if (text == "true" || text == "false") return text == "true";
    if (isInteger(text)) return static_cast<Poco::Int64>(std::stoll(text));
    if (isNumber(text)) return std::stod(text);
    return text;
}

class Conversion {
public:
    explicit Conversion(const std::string& what) : what_(what) {}

    Var value(const YAML::Node& node, int depth = 0) {
        if (depth > max_depth) throw Fault(place(what_, node.Mark()) + ": nested too deeply");
        if (++nodes_ > max_nodes)
            throw Fault(what_ + ": has more than " + std::to_string(max_nodes) + " values");
        switch (node.Type()) {
            case YAML::NodeType::Map:
                return object(node, depth);
            case YAML::NodeType::Sequence:
                return array(node, depth);
            case YAML::NodeType::Scalar:
                return node.Tag() == "?" || node.Tag().empty() ? plainScalar(node.Scalar())
                                                               : Var(node.Scalar());
            default:
                return {};
        }
    }

private:
    Var object(const YAML::Node& node, int depth) {
        Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
        for (const auto& member : node) {
            if (!member.first.IsScalar()) {
                throw Fault(place(what_, member.first.Mark()) + ": a name must be a plain text");
            }
            const std::string& key = member.first.Scalar();
            if (object->has(key)) {
                throw Fault(place(what_, member.first.Mark()) + ": \"" + key + "\" is there twice");
            }
            object->set(key, value(member.second, depth + 1));
        }
        return object;
    }

    Var array(const YAML::Node& node, int depth) {
        Array::Ptr array = new Array;
        for (const auto& element : node) {
            array->add(value(element, depth + 1));
        }
        return array;
    }

    const std::string& what_;
    int nodes_ = 0;
};

void emitText(YAML::Emitter& out, const std::string& text) {
    // YAML 1.1 takes these for flags, and many readers still speak it.
    static const std::set<std::string, std::less<>> words = {"y",
                                                             "n",
                                                             "yes",
                                                             "no",
                                                             "on",
                                                             "off",
                                                             "Yes",
                                                             "No",
                                                             "On",
                                                             "Off",
                                                             "True",
                                                             "False",
                                                             "TRUE",
                                                             "FALSE",
                                                             "Null",
                                                             "NULL"};
    static const std::regex digits("[-+.0-9][-+.:0-9eExXoOa-fA-F_]*");
    if (text.find('\n') != std::string::npos && text.back() == '\n' && text.find('\t') == std::string::npos) {
        out << YAML::Literal << text;
    } else if (isMoreThanText(text) || words.contains(text) || std::regex_match(text, digits)) {
        out << YAML::DoubleQuoted << text;
    } else {
        out << text;
    }
}

void emit(YAML::Emitter& out, const Var& value) {
    if (value.isEmpty()) {
        out << YAML::Null;
    } else if (value.type() == typeid(Object::Ptr)) {
        const auto& object = value.extract<Object::Ptr>();
        out << (object->size() == 0 ? YAML::Flow : YAML::Block) << YAML::BeginMap;
        for (const auto& key : object->getNames()) {
            out << YAML::Key;
            emitText(out, key);
            out << YAML::Value;
            emit(out, object->get(key));
        }
        out << YAML::EndMap;
    } else if (value.type() == typeid(Array::Ptr)) {
        const auto& array = value.extract<Array::Ptr>();
        out << (array->size() == 0 ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
        for (const auto& element : *array) {
            emit(out, element);
        }
        out << YAML::EndSeq;
    } else if (value.isString()) {
        emitText(out, value.extract<std::string>());
    } else {
        out << value.convert<std::string>();  // a number or a flag
    }
}

}  // namespace

std::vector<YamlDocument> parseYaml(const std::string& text, const std::string& what) {
    std::vector<YamlDocument> documents;
    try {
        for (const YAML::Node& node : YAML::LoadAll(text)) {
            if (node.IsDefined() && !node.IsNull()) {
                documents.push_back({node.Mark().line + 1, Conversion(what).value(node)});
            }
        }
    } catch (const YAML::Exception& error) {
        throw Fault(place(what, error.mark) + ": " + error.msg);
    }
    return documents;
}

std::string toYaml(const Poco::Dynamic::Var& value) {
    YAML::Emitter out;
    emit(out, value);
    return std::string(out.c_str()) + '\n';
}

}  // namespace dbackup::resources
