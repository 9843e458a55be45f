#include "cli/completion.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace dbackup::cli {

namespace {

using Words = std::vector<std::string>;

// The words go to the program after "--", so that it takes none of them for its own options.
constexpr const char* bash_script = R"sh(# bash completion for dbackup: eval "$(dbackup completion bash)"
_dbackup() {
    local IFS=$'\n' word
    COMPREPLY=()
    for word in $(dbackup complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
        COMPREPLY+=("$(printf '%q' "$word")")
    done
}
complete -o default -F _dbackup dbackup
)sh";
constexpr const char* zsh_script = R"sh(#compdef dbackup
# zsh completion for dbackup: save it as _dbackup in a folder of $fpath, or eval it after compinit
_dbackup() {
    local -a found
    found=("${(@f)$(dbackup complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[*]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _dbackup dbackup
)sh";
constexpr const char* fish_script =
    R"sh(# fish completion for dbackup: dbackup completion fish >~/.config/fish/completions/dbackup.fish
function __dbackup_complete
    set -l words (commandline -opc) (commandline -ct)
    dbackup complete -- $words[2..-1] 2>/dev/null
end
complete -c dbackup -f -a '(__dbackup_complete)'
)sh";

bool takesValue(const CLI::Option& option) {
    return option.get_items_expected_max() > 0 && option.get_type_size_max() > 0;
}

/// Where on the command line we are.
struct Place {
    const CLI::App* app = nullptr;
    const CLI::Option* waiting = nullptr;  ///< an option whose value comes next
    std::size_t positionals = 0;
};

/// Options are known to all verbs below (the line's options fall through).
const CLI::Option* optionNamed(const CLI::App* app, const std::string& word) {
    for (; app != nullptr; app = app->get_parent()) {
        if (const CLI::Option* option = app->get_option_no_throw(word)) return option;
    }
    return nullptr;
}

const CLI::App* verbNamed(const CLI::App& app, const std::string& word) {
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (verb->get_name() == word) return verb;
    }
    return nullptr;
}

void pass(Place& place, const std::string& word) {
    if (place.waiting != nullptr) {
        place.waiting = nullptr;
    } else if (word.starts_with('-')) {
        const CLI::Option* option = optionNamed(place.app, word);
        if (option != nullptr && takesValue(*option)) place.waiting = option;
    } else if (const CLI::App* verb = verbNamed(*place.app, word)) {
        place.app = verb;
    } else {
        ++place.positionals;
    }
}

void addOptionNames(const CLI::App* app, Words& found) {
    for (; app != nullptr; app = app->get_parent()) {
        for (const CLI::Option* option : app->get_options()) {
            for (const auto& name : option->get_lnames()) {
                found.push_back("--" + name);
            }
        }
    }
}

Words argumentNames(const CLI::Option& option, const NameSource& names) {
    const std::string name =
        option.get_lnames().empty() ? option.get_name(true) : "--" + option.get_lnames().front();
    if (name == "--output") return {"table", "json", "yaml"};
    if (name == "--status") return {"Pending", "Running", "Success", "Failed"};
    if (name == "SHELL") return {"bash", "zsh", "fish"};
    return names(name == "NAME" ? option.get_description() : name);
}

}  // namespace

Words completions(const CLI::App& app, const Words& words, const NameSource& names) {
    Place place{&app, nullptr, 0};
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        pass(place, words[i]);
    }
    const std::string begun = words.empty() ? "" : words.back();
    Words found;
    if (place.waiting != nullptr) {
        found = argumentNames(*place.waiting, names);
    } else if (begun.starts_with('-')) {
        addOptionNames(place.app, found);
    } else {
        if (place.positionals == 0) {
            for (const CLI::App* verb : place.app->get_subcommands([](const CLI::App*) { return true; })) {
                if (!verb->get_group().empty()) found.push_back(verb->get_name());
            }
        }
        std::size_t position = 0;
        for (const CLI::Option* option : place.app->get_options()) {
            if (!option->get_positional()) continue;
            if (position++ == place.positionals) found = argumentNames(*option, names);
        }
    }
    std::erase_if(found, [&](const auto& word) { return !word.starts_with(begun); });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::string completionScript(const std::string& shell) {
    return shell == "zsh" ? zsh_script : shell == "fish" ? fish_script : bash_script;
}

}  // namespace dbackup::cli
