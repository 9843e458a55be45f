#include "cli/man_page.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include <CLI/CLI.hpp>

#include "cli/text.h"

namespace dbackup::cli {

namespace {

/// Text for roff: what it would take for its own is escaped.
std::string roff(const std::string& text) {
    std::string escaped;
    bool at_start = true;
    for (const char c : text) {
        if (at_start && (c == '.' || c == '\'')) escaped += "\\&";
        if (c == '\\') {
            escaped += "\\e";
        } else if (c == '-') {
            escaped += "\\-";
        } else {
            escaped += c;
        }
        at_start = c == '\n';
    }
    return escaped;
}

std::string bold(const std::string& text) {
    return "\\fB" + roff(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + roff(text) + "\\fR";
}

bool takesValue(const CLI::Option& option) {
    return option.get_items_expected_max() > 0 && option.get_type_size_max() > 0;
}

std::string arguments(const CLI::App& app) {
    std::string line;
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_positional()) continue;
        const std::string name = italic(option->get_name(true));
        line += option->get_required() ? ' ' + name : " [" + name + ']';
    }
    return line;
}

std::string synopsis(const CLI::App& app) {
    std::string line = bold(manPageName(app) == "dbackup" ? "dbackup" : "dbackup " + app.get_name());
    line += " [" + italic("OPTIONS") + ']' + arguments(app);
    if (!app.get_subcommands([](const CLI::App* verb) { return !verb->get_group().empty(); }).empty()) {
        line += ' ' + italic("COMMAND") + " ...";
    }
    return line;
}

void writeOptions(std::ostream& out, const CLI::App& app, bool positional) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional() != positional || option->get_group().empty()) continue;
        std::string names;
        if (positional) {
            names = italic(option->get_name(true));
        } else {
            for (const auto& name : option->get_snames()) {
                names += (names.empty() ? "" : ", ") + bold('-' + name);
            }
            for (const auto& name : option->get_lnames()) {
                names += (names.empty() ? "" : ", ") + bold("--" + name);
            }
            if (takesValue(*option))
                names += ' ' + italic(option->get_type_name().substr(0, option->get_type_name().find(':')));
        }
        out << ".TP\n" << names << '\n' << roff(option->get_description()) << ".\n";
    }
}

void writeSections(std::ostream& out, const CLI::App& app) {
    const auto verbs = app.get_subcommands([](const CLI::App* verb) { return !verb->get_group().empty(); });
    if (!verbs.empty()) out << ".SH COMMANDS\n";
    for (const CLI::App* verb : verbs) {
        out << ".TP\n"
            << bold(verb->get_name()) << arguments(*verb) << '\n'
            << roff(verb->get_description()) << ".\n";
    }
    std::ostringstream positionals;
    writeOptions(positionals, app, true);
    if (!positionals.str().empty()) out << ".SH ARGUMENTS\n" << positionals.str();
    out << ".SH OPTIONS\n";
    writeOptions(out, app, false);
}

}  // namespace

std::string manPageName(const CLI::App& app) {
    return app.get_parent() == nullptr ? "dbackup" : "dbackup-" + app.get_name();
}

std::string manPage(const CLI::App& app) {
    std::ostringstream out;
    std::string title = manPageName(app);
    std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    out << ".TH " << roff(title) << " 1 \"\" \"DBackup " DBACKUP_VERSION "\" \"DBackup\"\n"
        << ".SH NAME\n"
        << roff(manPageName(app)) << " \\- " << roff(app.get_description()) << '\n'
        << ".SH SYNOPSIS\n"
        << synopsis(app) << '\n';
    writeSections(out, app);
    if (const std::string footer = app.get_footer(); !footer.empty()) {
        out << ".SH NOTES\n.nf\n" << roff(footer) << "\n.fi\n";
    }
    out << ".SH SEE ALSO\n"
        << (app.get_parent() == nullptr
                ? "dbackup\\-run(1) and the pages of the other commands"
                : "dbackup(1), which has the options of all commands, the environment and the exit codes")
        << '\n';
    return out.str();
}

}  // namespace dbackup::cli
