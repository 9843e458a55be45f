#include "listing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <strings.h>

namespace dbackup::ftp {

namespace {

using Time = std::chrono::system_clock::time_point;
namespace chrono = std::chrono;

constexpr std::array<std::string_view, 12> months = {
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<std::uint64_t> numberOf(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool isSame(std::string_view left, std::string_view right) {
    return left.size() == right.size() && ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

/// Calls with each line, without its end.
template <class Call>
void forLines(std::string_view text, const Call& call) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) call(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

Time timeOf(int year, unsigned month, unsigned day, std::uint64_t seconds) {
    const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
    if (!date.ok()) return {};
    return chrono::sys_days(date) + chrono::seconds(seconds);
}

/// "20261128103059.123" of RFC 3659, UTC.
Time mlsdTime(std::string_view text) {
    if (text.size() < 14) return {};
    std::array<std::uint64_t, 6> parts{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t digits = i == 0 ? 4 : 2;
        const auto part = numberOf(text.substr(at, digits));
        if (!part) return {};
        parts.at(i) = *part;
        at += digits;
    }
    return timeOf(static_cast<int>(parts[0]),
                  static_cast<unsigned>(parts[1]),
                  static_cast<unsigned>(parts[2]),
                  parts[3] * 3600 + parts[4] * 60 + parts[5]);
}

/// Takes the next word from the front, with the blanks before it.
std::string_view takeWord(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

/// "Nov 28 10:30" or "Nov 28  2025".
Time listTime(std::string_view month, std::string_view day, std::string_view last, Time now) {
    const auto found =
        std::find_if(months.begin(), months.end(), [&](auto each) { return isSame(each, month); });
    const auto number = numberOf(day);
    if (found == months.end() || !number) return {};
    const auto month_number = static_cast<unsigned>(found - months.begin() + 1);
    const auto day_number = static_cast<unsigned>(*number);
    const std::size_t colon = last.find(':');
    if (colon == std::string_view::npos) {
        return timeOf(static_cast<int>(numberOf(last).value_or(1970)), month_number, day_number, 0);
    }
    const std::uint64_t seconds = numberOf(last.substr(0, colon)).value_or(0) * 3600 +
                                  numberOf(last.substr(colon + 1)).value_or(0) * 60;
    const chrono::year_month_day today(chrono::floor<chrono::days>(now));
    const Time this_year = timeOf(int(today.year()), month_number, day_number, seconds);
    // A day ahead may be the time zone; more is last year's.
    if (this_year <= now + chrono::days(1)) return this_year;
    return timeOf(int(today.year()) - 1, month_number, day_number, seconds);
}

std::optional<Entry> parseListLine(std::string_view line, Time now) {
    if (line.front() != '-' && line.front() != 'd') return std::nullopt;  // "total 8", links, devices
    Entry entry;
    entry.is_folder = line.front() == 'd';
    takeWord(line);  // permissions
    takeWord(line);  // links
    takeWord(line);  // owner
    takeWord(line);  // group
    const auto size = numberOf(takeWord(line));
    const std::string_view month = takeWord(line);
    const std::string_view day = takeWord(line);
    const std::string_view last = takeWord(line);
    if (!size || line.size() < 2) return std::nullopt;
    entry.size_bytes = *size;
    entry.modified = listTime(month, day, last, now);
    entry.name = line.substr(1);  // one blank; more belong to the name
    return entry;
}

}  // namespace

std::vector<Entry> parseMlsd(std::string_view text) {
    std::vector<Entry> entries;
    forLines(text, [&](std::string_view line) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos) return;
        Entry entry;
        entry.name = line.substr(blank + 1);
        bool is_file = false;
        std::string_view facts = line.substr(0, blank);
        while (!facts.empty()) {
            const std::size_t end = std::min(facts.find(';'), facts.size());
            const std::string_view fact = facts.substr(0, end);
            const std::size_t equals = std::min(fact.find('='), fact.size() - (fact.empty() ? 0 : 1));
            const std::string_view value = fact.empty() ? fact : fact.substr(equals + 1);
            const std::string_view key = fact.substr(0, equals);
            if (isSame(key, "type")) {
                entry.is_folder = isSame(value, "dir");
                is_file = isSame(value, "file");
            }
            if (isSame(key, "size")) entry.size_bytes = numberOf(value).value_or(0);
            if (isSame(key, "modify")) entry.modified = mlsdTime(value);
            facts.remove_prefix(std::min(end + 1, facts.size()));
        }
        if (is_file || entry.is_folder) entries.push_back(std::move(entry));
    });
    return entries;
}

std::vector<Entry> parseList(std::string_view text, Time now) {
    std::vector<Entry> entries;
    forLines(text, [&](std::string_view line) {
        std::optional<Entry> entry = parseListLine(line, now);
        if (entry && entry->name != "." && entry->name != "..") entries.push_back(std::move(*entry));
    });
    return entries;
}

}  // namespace dbackup::ftp
