#!/usr/bin/python3
"""The project's own rules, each a function from the files' texts to complaints.

usage: rules.py RULE [BUILD_FOLDER]      RULE: layers, sizes, words, targets, links, or "self" to test the rules
"""
import json
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = (".cpp", ".h")
MAX_LINES = 400

# (who, what it must not include, why); the first field is matched at the start of a path, "!" excludes.
LAYERS = [
    (r"core/(?!contract/)", r'"(api|cli|web|plugins)/|<Poco/Net/', "core knows neither HTTP nor a plugin"),
    (r"core/(?!store/)", r"<Poco/Data/|<sqlite3\.h>", "only core/store has SQL"),
    (r"(?!core/store/|plugins/engines/sqlite/|tests/).", r"<sqlite3\.h>", "only core/store has SQL"),
    (r"api/", r"<Poco/Data/", "only core/store has SQL"),
    (r"core/(?!plugin/)", r"<boost/dll", "plugins are loaded by core/plugin"),
    (r"(core/(?!plugin/|worker/|contract/)|api/)", r'"core/plugin/plugin_library\.h"', "only the worker and the contract suite load plugins"),
    (r"api/", r'"core/worker/|"(cli|web|plugins)/|<boost/dll', "the daemon reaches a worker by its protocol alone"),
    (r"core/(model|pipeline)/.*\.h$", r"<(Poco|boost)/", "headers of model and pipeline are plain C++"),
    (r"plugins/sdk/include/", r'<(Poco|boost)/|"', "public headers stand on the standard library alone"),
    (r"plugins/", r'"(core|api|cli|web)/', "a plugin knows the SDK alone"),
    (r"resources/", r'"(core|api|cli|web|plugins)/|<dbackup/', "documents are read by the service and by its clients alike"),
    (r"(cli|web)/", r'"(core|api|plugins)/', "clients speak REST only"),
]
SQL = re.compile(r'"\s*(SELECT\s.*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)'
                 r'|PRAGMA|BEGIN(;|\s+IMMEDIATE))\b', re.IGNORECASE)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"][^>"]+[>"])', re.MULTILINE)
# Put together from pieces, so that this file does not break its own rule.
WORDS = [
    (r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", "do it, or make it an issue"),
    (r"(?<![\w.$}])/(wo" r"rk|ro" r"ot|ho" r"me/[a-z]+)/", "a path of one machine"),
    (r"catch\s*\([^)]*\)\s*\{\s*\}", "an error is swallowed without a word"),
]


def number_of_line(text, position):
    return text.count("\n", 0, position) + 1


def layers(files):
    for path, text in files.items():
        if not path.endswith(CODE):
            continue
        for found in INCLUDE.finditer(text):
            for who, what, why in LAYERS:
                if re.match(who, path) and re.match(what, found[1]):
                    yield f"{path}:{number_of_line(text, found.start())}: includes {found[1]}, but {why}"
        yield from own_header(files, path, text)
        if path.startswith(("core/", "api/")) and not path.startswith("core/store/"):
            for found in SQL.finditer(text):
                yield f"{path}:{number_of_line(text, found.start())}: SQL, but only core/store has SQL"
    yield from circles(files)


def own_header(files, path, text):
    """x.cpp includes x.h before all else, which proves that x.h is whole."""
    header = path.removesuffix(".cpp") + ".h"
    if path.endswith(".cpp") and header in files:
        first = INCLUDE.search(text)
        if not first or Path(first[1][1:-1]).name != Path(header).name:
            yield f"{path}: must include its own header first"


def circles(files):
    """Folders of core that need each other."""
    needs = {}
    for path, text in files.items():
        if path.startswith("core/") and path.endswith(CODE):
            here = needs.setdefault(path.split("/")[1], set())
            here.update(name.split("/")[1] for name in INCLUDE.findall(text) if name.startswith('"core/'))
    below = {}
    def reach(folder):
        if folder not in below:
            below[folder] = set()
            for other in needs.get(folder, set()) - {folder}:
                below[folder] |= {other} | reach(other)
        return below[folder]
    for folder in sorted(needs):
        below.clear()
        if folder in reach(folder):
            yield f"core/{folder}: needs itself by way of {', '.join(sorted(needs[folder] - {folder}))}"


def sizes(files):
    for path, text in files.items():
        lines = text.count("\n")
        if path.endswith((*CODE, ".py", ".sh")) and lines >= MAX_LINES:
            yield f"{path}: {lines} lines; a file has fewer than {MAX_LINES}"


def words(files):
    for path, text in files.items():
        for pattern, why in WORDS:
            for found in re.finditer(pattern, text):
                yield f"{path}:{number_of_line(text, found.start())}: \"{found[0].strip()}\": {why}"


def targets(files, compiled):
    """Sources that nobody builds; tests that nobody runs."""
    for path in files:
        elsewhere = path == "tests/support/coverage_exit.cpp"  # built for coverage alone
        if path.endswith(".cpp") and path not in compiled and not elsewhere:
            yield f"{path}: is in no target of any CMakeLists.txt"


def links(files):
    for path, text in files.items():
        if path.endswith(".md"):
            prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)  # code has brackets of its own
            for target in re.findall(r"\]\(([^)#\s]+)", prose):
                if not re.match(r"\w+:", target) and not (ROOT / path).parent.joinpath(target).exists():
                    yield f"{path}: links to {target}, which is not there"


def read_files():
    """Path and text of all that is ours to write."""
    skipped = {"build", ".git", ".cache", "node_modules"}
    files = {}
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        if path.is_file() and not skipped & set(relative.parts[:-1]):
            try:
                files[str(relative)] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass  # not a text
    return files


class RulesTest(unittest.TestCase):
    def found(self, rule, path, text):
        return list(rule({path: text}))

    def test_layers(self):
        bad = [("core/model/job.cpp", '#include "api/http/router.h"'), ("core/x/a.h", "#include <Poco/Net/Socket.h>"),
               ("core/model/job.h", "#include <Poco/JSON/Object.h>"), ("api/x.cpp", '#include "core/worker/run.h"'),
               ("plugins/engines/a/a.cpp", '#include "core/base/json.h"'), ("resources/a.cpp", '#include "cli/json.h"'), ("cli/a.cpp", '#include "core/base/json.h"'),
               ("core/worker/a.cpp", 'run("SELECT 1 FROM t");'), ("api/x.cpp", 'run("delete from jobs");'),
               ("core/base/a.cpp", "#  include <sqlite3.h>"),
               ("plugins/sdk/include/dbackup/sdk/a.h", "#include <boost/dll.hpp>")]
        for path, text in bad:
            self.assertTrue(self.found(layers, path, text), f"{path}: {text}")
        good = [("core/model/job.cpp", "#include <Poco/JSON/Object.h>"), ("core/store/a.cpp", '"SELECT 1 FROM t"'),
                ("api/x.cpp", '#include "core/store/job_store.h"'), ("core/worker/a.cpp", '"select a folder"')]
        for path, text in good:
            self.assertEqual(self.found(layers, path, text), [], f"{path}: {text}")

    def test_own_header(self):
        files = {"core/a/a.h": "", "core/a/a.cpp": '#include <map>\n#include "core/a/a.h"'}
        self.assertEqual(len(list(layers(files))), 1)
        files["core/a/a.cpp"] = '#include "core/a/a.h"\n#include <map>'
        self.assertEqual(list(layers(files)), [])

    def test_circles(self):
        files = {"core/a/a.h": '#include "core/b/b.h"', "core/b/b.h": '#include "core/c/c.h"', "core/c/c.h": ""}
        self.assertEqual(list(circles(files)), [])
        files["core/c/c.h"] = '#include "core/a/a.h"'
        self.assertEqual(len(list(circles(files))), 3)

    def test_sizes(self):
        self.assertTrue(self.found(sizes, "a.cpp", "\n" * MAX_LINES))
        self.assertEqual(self.found(sizes, "a.cpp", "\n" * (MAX_LINES - 1)), [])

    def test_words(self):
        for text in ("// TO" "DO later", "cd /ro" "ot/x", "try {} catch (...) {\n}", "/ho" "me/anna/x"):
            self.assertTrue(self.found(words, "a.cpp", text), text)
        for text in ("the to" "do list", "core/wo" "rk/x", "catch (...) { log(); }", "$HOME/x"):
            self.assertEqual(self.found(words, "a.cpp", text), [], text)

    def test_targets(self):
        self.assertEqual(len(list(targets({"tests/a_test.cpp": "", "tests/b_test.cpp": ""}, {"tests/a_test.cpp"}))), 1)

    def test_links(self):
        self.assertTrue(self.found(links, "README.md", "[a](no/such/file.md)"))
        self.assertEqual(self.found(links, "README.md", "[a](tests/lint/rules.py) [b](https://example.org/)"), [])


def main():
    rule = sys.argv[1] if len(sys.argv) > 1 else ""
    if rule == "self":
        unittest.main(argv=[sys.argv[0]])
    rules = {"layers": layers, "sizes": sizes, "words": words, "links": links, "targets": targets}
    if rule not in rules:
        sys.exit(__doc__)
    arguments = [read_files()]
    if rule == "targets":
        compiled = json.loads((Path(sys.argv[2]) / "compile_commands.json").read_text())
        arguments.append({str(Path(entry["file"]).relative_to(ROOT)) for entry in compiled
                          if Path(entry["file"]).is_relative_to(ROOT)})
    complaints = list(rules[rule](*arguments))
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
